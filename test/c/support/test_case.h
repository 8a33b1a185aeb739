/** What every file of tests begins with: cmocka, and the head of a test, by which it is run, too. */
#ifndef TEST_CASE_H
#define TEST_CASE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** For TEST_WITH: main() of only.c runs it in its turn. */
void test_add(const char *name, CMUnitTestFunction run, CMFixtureFunction setup, CMFixtureFunction teardown);

/** A test with what goes before it and after it, or NULL. */
#define TEST_WITH(name, setup, teardown)                                                                     \
    static void name(void **state);                                                                          \
    __attribute__((constructor)) static void add_##name(void)                                                \
    {                                                                                                        \
        test_add(#name, name, setup, teardown);                                                              \
    }                                                                                                        \
    static void name(__attribute__((unused)) void **state)
#define TEST_CASE(name) TEST_WITH(name, NULL, NULL)

#endif
