/* ESP-IDF's certificate bundle (x509_crt_bundle): of each CA its name and its public key, and nothing else.
 * Private.
 *
 * Up to ESP-IDF 5.3 it begins with the number of CAs, in 2 bytes, and numbers have their high byte first.
 * Since 5.4 it begins with where each CA stands, in 4 bytes each, and the low byte is first. Then come the
 * CAs, one behind the other: the size of its name, the size of its key, in 2 bytes each, and both in DER, as
 * they stand in its certificate. Both kinds are sorted by name; here each CA is looked at, which takes less
 * than the check of one signature by far, and so the first kind needs no table in RAM. */
#ifndef WH_BUNDLE_H
#define WH_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "der.h"

typedef struct wh_bundle_ca {
    wh_der name;
    wh_der key;
} wh_bundle_ca;

/** Where its reader stands. */
typedef struct wh_bundle {
    wh_der rest;
    uint16_t left;
    bool is_big_endian;
} wh_bundle;

/** How many CAs a bundle holds; 0 if it is none, or damaged. What stands behind them is left out of account.
 */
uint16_t wh_bundle_count(wh_der file);

/** False: it is no bundle. */
bool wh_bundle_open(wh_der file, wh_bundle *bundle);

/** The next CA. False behind the last one, or if it is not whole. */
bool wh_bundle_next(wh_bundle *bundle, wh_bundle_ca *ca);

/** How many bytes wh_bundle_write_root() writes at most. */
size_t wh_bundle_root_room(const wh_bundle_ca *ca);

/** What wolfSSL makes a CA of: a root of version 1, which has no extensions, with that name and key and
 * without a well-defined end (RFC 5280 4.1.2.5). Its signature is none. Returns its size. */
size_t wh_bundle_write_root(const wh_bundle_ca *ca, uint8_t *out);

#endif
