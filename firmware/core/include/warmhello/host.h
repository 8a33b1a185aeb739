/** @file
 * The host that a client connects to: one rule for what it may be.
 */
#ifndef WARMHELLO_HOST_H
#define WARMHELLO_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The longest host name (RFC 1035 2.3.4), in bytes. */
#define WH_HOST_MAX 253

/** The host to connect to, in one spelling. */
typedef struct wh_host {
    /** A name in lower case without a dot at its end, or an address in one spelling: what is sent as
     * SNI, and what a session is tied to. */
    char text[WH_HOST_MAX + 1];
    /** An IP address as certificates hold it (RFC 5280 4.2.1.6), and its size: 4, 16, or 0 for a name. */
    uint8_t address[16];
    uint8_t address_size;
} wh_host;

/** Reads a host.
 *
 * An IPv4 address is four decimal numbers without leading zeros; an IPv6 address has any spelling of
 * RFC 4291 2.2, with or without brackets, and no zone. All else is a name: labels of 1 to 63 letters,
 * digits, hyphens and underscores, at most 253 bytes in all, one label being enough; a dot may follow. A name
 * of other characters must be given in its ASCII form (RFC 5890 2.3.2.1).
 *
 * WH_USAGE_HOST: it is none of these; numbers and dots that are no address are none either. */
WH_MUST_CHECK int wh_host_read(const char *text, wh_host *out);

#ifdef __cplusplus
}
#endif

#endif
