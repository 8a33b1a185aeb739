/** What every file of tests begins with: cmocka, and the head of a test. */
#ifndef TEST_CASE_H
#define TEST_CASE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** A test that takes nothing from its setup. */
#define TEST_CASE(name) static void name(__attribute__((unused)) void **state)

#endif
