/* The CAs that a client trusts, each judged by its own dates. Private. */
#ifndef WH_TRUST_H
#define WH_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dates.h"
#include "pem.h"
#include "warmhello/client.h"

struct DecodedCert;
struct Signer;

/* Adds a certificate, DER, to those that a server's chain may end in; the client's context has been made. Its
 * dates are judged when a chain ends in it, by what is known of the time then. WH_USAGE_CA: wolfSSL cannot
 * use it. WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_trust_add(wh_client *client, const uint8_t *der, size_t size);

/* Takes a bundle (bundle.h) in place of certificates: a server's chain may end in any of its CAs, each of
 * which is added when a certificate names it as its issuer, until wh_trust_done(). The bytes are the
 * configuration's. False: it is none, or damaged. */
bool wh_trust_use_bundle(wh_client *client);

static inline bool wh_trust_has_bundle(const wh_client *client)
{
    return WH_TAKES_DER && client->bundled > 0;
}

/* Whether there is anything to trust: the file has been read. */
static inline bool wh_trust_any(const wh_client *client)
{
    return client->ca_count > 0 || wh_trust_has_bundle(client);
}

/* Frees the list, not what wolfSSL has of it. */
void wh_trust_free(wh_client *client);

/* Whether `signer` of the context may vouch for `certificate` now. WH_OK, also for one that came with the
 * server's chain, whose dates were judged as it came; else WH_PEER_CA_EXPIRED, WH_PEER_CA_NOT_YET, or
 * WH_PEER_CERTIFICATE: it is no authority. Lowers `not_after_s` to its end. */
int wh_trust_check(const wh_client *client, const struct Signer *signer,
                   const struct DecodedCert *certificate, int64_t *not_after_s);

/* Whether this very certificate was given as a CA (RFC 5280 6.1: what is trusted needs nobody to vouch for
 * it). */
bool wh_trust_holds(const wh_client *client, const struct DecodedCert *certificate);

/* How many CAs there are; how many of them are within their dates now, and how many of these end within
 * WH_CA_ENDS_SOON_S. Those of a bundle have no dates: all of them are usable, and none ends. */
uint16_t wh_trust_count(const wh_client *client, uint16_t *usable, uint16_t *ending);

/* WH_OK as long as one of the CAs is within its dates, or has none; else WH_PEER_CA_EXPIRED, or
 * WH_PEER_CA_NOT_YET for all. */
int wh_trust_error_of_dates(const wh_client *client);

/* ParseCertRelative() with VERIFY, for signers that it does not find by itself as well: of several with one
 * name each is tried (RFC 5280 6.1: any path that is valid will do), and one without a key identifier by
 * whatever name `certificate` has for its key, as the identifier only helps to find an issuer (RFC
 * 5280 4.2.1.1). */
int wh_trust_parse(wh_client *client, struct DecodedCert *certificate, int type);

/* Whether a certificate that the server sent, and that was verified, is a CA that is trusted anyway. */
bool wh_trust_knows(const struct DecodedCert *certificate);

/* Whether a certificate that the server sent, and that was verified, may sign others: what wolfSSL asks as
 * well of key, key usage and extended key usage, but breaks off then. Not one that its
 * issuer has given its own name: wolfSSL's checks of constraints and path lengths end there (a CA's key
 * roll-over is not followed). And none that has the name of another CA, if there are constraints: wolfSSL
 * looks for them by name. */
bool wh_trust_admits(const wh_client *client, const struct DecodedCert *certificate);

/* After a handshake's step: what a chain has added to the CAs, or has had wh_trust_parse() change, is as
 * before. Not while wolfSSL still works on that chain. */
void wh_trust_done(wh_client *client);

#endif
