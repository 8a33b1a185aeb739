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

/* Seconds since 1970-01-01 UTC. */
typedef struct wh_validity {
    int64_t not_before_s;
    int64_t not_after_s;
} wh_validity;

/* Seconds since 1970-01-01 UTC of a UTCTime or GeneralizedTime in DER (RFC 5280 4.1.2.5),
 * or INT64_MIN when it is malformed. `format` is its ASN.1 tag. */
int64_t wh_dates_parse(const uint8_t *date, uint8_t format, int length);

/* False: one of the dates is malformed. */
bool wh_dates_are_read(const wh_validity *validity);

/* WH_OK, WH_PEER_EXPIRED or WH_PEER_NOT_YET, by what is known of the time. */
int wh_dates_judge(const wh_validity *validity);

/* Those of the certificate which wolfSSL has parsed since wh_dates_expect(); malformed where wolfSSL did not
 * come so far. */
void wh_dates_expect(void);
wh_validity wh_dates_last(void);

#endif
