/* A question for the time and what is believed of an answer: the client of RFC 4330, which RFC 5905 14 keeps.
 * No socket, no clock. */
#ifndef WH_NTP_H
#define WH_NTP_H

#include <stddef.h>
#include <stdint.h>

enum { WH_NTP_SIZE = 48, WH_NTP_NONCE_SIZE = 8 };

#define WH_NTP_PORT "123"

/* 2020-01-01 00:00:00 UTC, in seconds since 1970. NTP's seconds go round every 136 years and say not in which
 * round they are: they are taken for the first such moment from here on, which holds until 2156. */
#define WH_NTP_BASE_S INT64_C(1577836800)

typedef enum wh_ntp_verdict {
    WH_NTP_TIME,    /* the time */
    WH_NTP_REFUSED, /* the server's, and it has no time for us: a kiss-o'-death, or its clock is not set */
    WH_NTP_OTHER,   /* no answer to this question: forged, late, or something else; go on waiting */
} wh_ntp_verdict;

/* Writes a question. `nonce` is random: it stands where the client's time would, and comes back with an
 * answer. So nobody who does not see the question can answer it, and nobody learns the device's clock. */
void wh_ntp_ask(uint8_t out[WH_NTP_SIZE], const uint8_t nonce[WH_NTP_NONCE_SIZE]);

/* What a packet of `size` bytes says to the question with this nonce. WH_NTP_TIME: `since_base_s` is the
 * moment at which it was sent, in seconds since WH_NTP_BASE_S, rounded. */
wh_ntp_verdict wh_ntp_read(const uint8_t *packet, size_t size, const uint8_t nonce[WH_NTP_NONCE_SIZE],
                           uint32_t *since_base_s);

#endif
