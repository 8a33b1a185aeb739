/* The dates in certificates, in place of wolfSSL's own check. Private.
 *
 * With a wall clock both dates count. Without one only notAfter does, against the
 * platform's floor, a moment that has certainly passed: a certificate renewed after the
 * firmware was built would otherwise be refused as not valid yet.
 */
#ifndef WH_DATES_H
#define WH_DATES_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970-01-01 UTC of a UTCTime or GeneralizedTime in DER (RFC 5280 4.1.2.5),
 * or INT64_MIN when it is malformed. `format` is its ASN.1 tag. */
int64_t wh_dates_parse(const uint8_t *date, uint8_t format, int length);

/* Whether a notAfter lies before now, or before the floor while the time is unknown. */
bool wh_dates_has_passed(int64_t date_s);

/* From now on, `lowest` becomes the lowest notAfter that is checked, until NULL is given.
 * It starts at 0, which means none. */
void wh_dates_collect(int64_t *lowest);

#endif
