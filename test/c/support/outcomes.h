/** Outcomes for tests that need no connection. */
#ifndef TEST_OUTCOMES_H
#define TEST_OUTCOMES_H

#include "warmhello/outcome.h"

/** Each field as long as it can be when written down. */
extern const wh_outcome longest_outcome;

#endif
