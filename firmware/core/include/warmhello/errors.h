/** @file
 * Results of every function in warmhello.
 *
 * 0 means done, a negative value is one of these codes, and a positive value is
 * a length where the function says so. errors.def explains each code and puts
 * it into one of six classes.
 */
#ifndef WARMHELLO_ERRORS_H
#define WARMHELLO_ERRORS_H

#ifdef __cplusplus
extern "C" {
#endif

/** Every way of failing: the rows of errors.def, with their meanings; the first digits tell whose fault it
 * is. */
typedef enum wh_error {
    WH_OK = 0,
#define WH_ERROR(name, value, class_, word, meaning) name = (value),
#include "warmhello/errors.def"
#undef WH_ERROR
} wh_error;

/** The result carries the only sign of a failure: it must be looked at. */
#define WH_MUST_CHECK __attribute__((warn_unused_result))

/** The word for a code, "ok" for 0 and "unknown" for any other number. Static storage. */
const char *wh_error_word(int error);

/** One sentence about a code, without a full stop. Static storage. */
const char *wh_error_meaning(int error);

#ifdef __cplusplus
}
#endif

#endif
