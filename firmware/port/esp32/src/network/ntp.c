#include "network/ntp.h"

#include <stdbool.h>
#include <string.h>

/* RFC 4330 4. The first byte: leap indicator, version, mode. */
enum {
    CLIENT = 3,
    SERVER = 4,
    VERSION = 4,
    VERSION_LEAST = 3,
    NOT_SET = 3,
    STRATUM_AT = 1,
    STRATUM_MOST = 15,
    ORIGIN_AT = 24,
    TRANSMIT_AT = 40,
};

/* NTP counts from 1900. */
static const uint32_t base_ntp_s = 3786825600U;

void wh_ntp_ask(uint8_t out[WH_NTP_SIZE], const uint8_t nonce[WH_NTP_NONCE_SIZE])
{
    memset(out, 0, WH_NTP_SIZE);
    out[0] = (uint8_t)(VERSION << 3) | CLIENT;
    memcpy(out + TRANSMIT_AT, nonce, WH_NTP_NONCE_SIZE);
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

wh_ntp_verdict wh_ntp_read(const uint8_t *packet, size_t size, const uint8_t nonce[WH_NTP_NONCE_SIZE],
                           uint32_t *since_base_s)
{
    if (size < WH_NTP_SIZE || memcmp(packet + ORIGIN_AT, nonce, WH_NTP_NONCE_SIZE) != 0) {
        return WH_NTP_OTHER;
    }
    unsigned version = packet[0] >> 3 & 7U;
    if ((packet[0] & 7U) != SERVER || version < VERSION_LEAST || version > VERSION) {
        return WH_NTP_OTHER;
    }
    uint32_t seconds = big_endian(packet + TRANSMIT_AT);
    uint32_t fraction = big_endian(packet + TRANSMIT_AT + 4);
    unsigned stratum = packet[STRATUM_AT];
    bool has_time = packet[0] >> 6 != NOT_SET && stratum != 0 && stratum <= STRATUM_MOST;
    if (!has_time || (seconds == 0 && fraction == 0)) {
        return WH_NTP_REFUSED;
    }
    *since_base_s = seconds - base_ntp_s + (fraction >> 31);
    return WH_NTP_TIME;
}
