#include "peer_path.h"
#include "host_names.h"

#include <string.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "identity.h"
#include "opened.h"
#include "peer_error.h"
#include "trust.h"
#include "clock.h"

/* A certificate that leads to no CA yet, or never will. Its bytes are wolfSSL's, until it has dealt with the
 * server's own. */
typedef struct wh_aside {
    const byte *der;
    word32 size;
    int error;
    /* One of its issuer's name has become known since it was looked at. */
    bool is_due;
    byte subject[KEYID_SIZE];
    byte issuer[KEYID_SIZE];
} wh_aside;

static wh_peer_path *current;

/* How often certificates are looked at a second time: without a bound, who holds no key that counts could
 * have 31 signatures checked, and who holds a small one many more. */
enum { TRIES_MAX = 8 };

void wh_peer_path_begin(wh_peer_path *path, wh_client *client)
{
    *path = (wh_peer_path){.client = client, .not_after_s = INT64_MAX};
}

void wh_peer_path_end(wh_peer_path *path)
{
    if (path->seen > 0) {
        wh_trust_done(path->client);
    }
    wh_release(path->aside, MAX_CHAIN_DEPTH * sizeof *path->aside);
    path->aside = NULL;
    path->aside_count = 0;
}

void wh_peer_path_enter(wh_peer_path *path)
{
    current = path;
}

/* ---- One certificate -------------------------------------------------------------------------- */

/* wolfSSL's word for one of ours, for the alert that it sends. */
static int native_of(int error)
{
    switch (error) {
    case WH_OK:
        return 0;
    case WH_PEER_EXPIRED:
    case WH_PEER_CA_EXPIRED:
    case WH_PLATFORM_CLOCK:
        return ASN_AFTER_DATE_E;
    case WH_PEER_NOT_YET:
    case WH_PEER_CA_NOT_YET:
        return ASN_BEFORE_DATE_E;
    case WH_PEER_NAME:
        return DOMAIN_NAME_MISMATCH;
    case WH_PLATFORM_MEMORY:
        return MEMORY_E;
    case WH_PEER_UNTRUSTED:
        return ASN_NO_SIGNER_E;
    default:
        return NOT_CA_ERROR;
    }
}

static int error_of(int native)
{
    const wh_peer_failure failure = {.wolfssl_error = native, .alert = -1};
    int error = native == 0 ? WH_OK : (int)wh_peer_error(&failure);
    return error == WH_PEER_PROTOCOL ? WH_PEER_CERTIFICATE : error;
}

/* WH_OK: it was verified by wolfSSL, and whoever signed it may do so now. */
static int judge(wh_peer_path *path, DecodedCert *certificate, int type, int *native)
{
    *native = wh_trust_parse(path->client, certificate, type);
    wh_validity own = wh_dates_last();
    if (*native != 0) {
        return wh_dates_are_read(&own) ? error_of(*native) : WH_PEER_CERTIFICATE;
    }
    int64_t not_after_s = own.not_after_s;
    int error = certificate->ca == NULL
                    ? WH_PEER_UNTRUSTED
                    : wh_trust_check(path->client, certificate->ca, certificate, &not_after_s);
    *native = native_of(error);
    if (error == WH_OK) {
        path->not_after_s = not_after_s < path->not_after_s ? not_after_s : path->not_after_s;
        path->not_before_s = own.not_before_s > path->not_before_s ? own.not_before_s : path->not_before_s;
    }
    return error;
}

static void note_dates(wh_peer_path *path)
{
    wh_validity own = wh_dates_last();
    path->seen++;
    path->outside = (uint8_t)(path->outside + (wh_dates_judge(&own) != WH_OK));
}

/* ---- Those between the server's own and the CA --------------------------------------------------- */

static bool put_aside(wh_peer_path *path, const DecodedCert *certificate, const byte *der, word32 size,
                      int error)
{
    if (path->aside == NULL) {
        path->aside = wh_allocate(MAX_CHAIN_DEPTH * sizeof *path->aside);
    }
    if (path->aside == NULL || path->aside_count == MAX_CHAIN_DEPTH) {
        return false;
    }
    wh_aside *aside = &path->aside[path->aside_count++];
    *aside = (wh_aside){.der = der, .size = size, .error = error};
    memcpy(aside->subject, certificate->subjectHash, KEYID_SIZE);
    memcpy(aside->issuer, certificate->issuerHash, KEYID_SIZE);
    return true;
}

/* A CA of this name will sign what follows. */
static void make_due(const wh_peer_path *path, const byte *subject)
{
    for (size_t i = 0; i < path->aside_count; i++) {
        wh_aside *aside = &path->aside[i];
        aside->is_due = aside->is_due || memcmp(aside->issuer, subject, KEYID_SIZE) == 0;
    }
}

/* What wolfSSL makes of it: 0, and it may sign what follows if it is a CA; or ASN_NO_SIGNER_E of a CA, which
 * is what wolfSSL goes on without. */
static int intermediate(wh_peer_path *path, DecodedCert *certificate)
{
    const byte *der = certificate->source;
    word32 size = certificate->maxIdx;
    int native;
    int error = judge(path, certificate, CHAIN_CERT_TYPE, &native);
    note_dates(path);
    if (error == WH_OK && certificate->isCA && wh_trust_knows(certificate)) {
        return ASN_NO_SIGNER_E; /* wolfSSL has it, as the file gave it: to add it again would make another CA
                                   of it */
    }
    if (error == WH_OK && certificate->isCA && !wh_trust_admits(path->client, certificate)) {
        error = WH_PEER_CERTIFICATE;
    }
    if (error == WH_OK) {
        make_due(path, certificate->subjectHash);
        return 0;
    }
    if (!put_aside(path, certificate, der, size, error)) {
        return MEMORY_E;
    }
    certificate->isCA = 1;
    return ASN_NO_SIGNER_E;
}

/* Into wolfSSL's table, as wolfSSL does with one that came in order. */
static int admit(const wh_peer_path *path, const wh_aside *aside)
{
    DerBuffer *der = NULL;
    if (AllocDer(&der, aside->size, CA_TYPE, NULL) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    memcpy(der->buffer, aside->der, aside->size);
    return AddCA(path->client->ctx->cm, &der, WOLFSSL_CHAIN_CA, NO_VERIFY) == WOLFSSL_SUCCESS
               ? WH_OK
               : WH_PEER_CERTIFICATE;
}

static int try_again(wh_peer_path *path, const wh_aside *aside)
{
    DecodedCert *certificate = wh_allocate(sizeof *certificate);
    if (certificate == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    InitDecodedCert(certificate, aside->der, aside->size, NULL);
    int native;
    int error = judge(path, certificate, CHAIN_CERT_TYPE, &native);
    if (error == WH_OK) {
        bool is_new = !wh_trust_knows(certificate) && wh_trust_admits(path->client, certificate);
        error = is_new ? admit(path, aside) : WH_PEER_CERTIFICATE;
    }
    FreeDecodedCert(certificate);
    wh_release(certificate, sizeof *certificate);
    return error;
}

static wh_aside *due(const wh_peer_path *path)
{
    for (size_t i = 0; i < path->aside_count; i++) {
        if (path->aside[i].is_due && path->aside[i].error == WH_PEER_UNTRUSTED) {
            return &path->aside[i];
        }
    }
    return NULL;
}

/* Looks at those again whose issuer has become known, which may make them the issuer of others. */
static void try_those_aside(wh_peer_path *path)
{
    wh_aside *aside = due(path);
    for (unsigned tries = 0; aside != NULL && tries < TRIES_MAX; tries++) {
        aside->is_due = false;
        aside->error = try_again(path, aside);
        if (aside->error == WH_OK) {
            make_due(path, aside->subject);
        }
        aside = due(path);
    }
}

/* ---- The server's own ------------------------------------------------------------------------- */

/* Why nobody vouches for a certificate: what is wrong with its issuer, if that was sent, or with the
 * issuer's. */
static int why_untrusted(const wh_peer_path *path, const byte *issuer)
{
    for (size_t steps = 0; steps < path->aside_count; steps++) {
        const wh_aside *found = NULL;
        for (size_t i = 0; i < path->aside_count && found == NULL; i++) {
            bool is_issuer = memcmp(path->aside[i].subject, issuer, KEYID_SIZE) == 0;
            found = is_issuer && path->aside[i].error != WH_OK ? &path->aside[i] : NULL;
        }
        if (found == NULL) {
            break;
        }
        if (found->error != WH_PEER_UNTRUSTED) {
            return found->error;
        }
        issuer = found->issuer;
    }
    return WH_PEER_UNTRUSTED;
}

/* The common name counts only where there is no subjectAltName at all (RFC 9525 1.1 gave it up; curl still
 * takes it), and is no place for an address. */
static bool is_for(const wh_host *host, const DecodedCert *certificate)
{
    if (!certificate->extSubjAltNameSet) {
        return certificate->subjectCN != NULL &&
               wh_host_is_named(host, certificate->subjectCN, (size_t)certificate->subjectCNLen);
    }
    for (const DNS_entry *name = certificate->altNames; name != NULL; name = name->next) {
        size_t size = (size_t)name->len;
        if ((name->type == ASN_DNS_TYPE && wh_host_is_named(host, name->name, size)) ||
            (name->type == ASN_IP_TYPE && wh_host_is_at(host, (const uint8_t *)name->name, size))) {
            return true;
        }
    }
    return false;
}

/* One that was given as a CA itself, and that another one signed. */
static int vouch_for_itself(wh_peer_path *path, const DecodedCert *certificate)
{
    if (!wh_trust_holds(path->client, certificate)) {
        return why_untrusted(path, certificate->issuerHash);
    }
    if (certificate->criticalExt != 0) {
        return WH_PEER_CERTIFICATE;
    }
    wh_validity own = wh_dates_last();
    path->not_after_s = own.not_after_s < path->not_after_s ? own.not_after_s : path->not_after_s;
    return wh_dates_judge(&own);
}

/* By a clock that is right, hardly ever everything ends at once. */
static bool is_clock_suspect(const wh_peer_path *path)
{
    return wh_clock_wall_s() > 0 && wh_trust_error_of_dates(path->client) != WH_OK &&
           path->outside == path->seen;
}

static int servers_own(wh_peer_path *path, DecodedCert *certificate)
{
    try_those_aside(path);
    int native;
    int error = judge(path, certificate, CERT_TYPE, &native);
    note_dates(path);
    if (error == WH_PEER_UNTRUSTED && native == ASN_NO_SIGNER_E) {
        error = vouch_for_itself(path, certificate);
        native = native_of(error);
    }
    if (error == WH_PEER_UNTRUSTED && wh_trust_error_of_dates(path->client) != WH_OK) {
        error = wh_trust_error_of_dates(path->client);
    }
    if (error == WH_OK && !path->client->config.any_name && !is_for(&path->client->host, certificate)) {
        error = WH_PEER_NAME;
        native = native_of(error);
    }
    if (wh_peer_error_is_of_dates(error) && is_clock_suspect(path)) {
        error = WH_PLATFORM_CLOCK;
    }
    path->error = error;
    path->is_accepted = error == WH_OK;
    return native;
}

/* What wolfSSL calls for each certificate in a Certificate message, from the last to the first, which is the
 * server's own (firmware/wolfssl/internal_any_path.c). As ParseCertRelative(). */
int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra)
{
    if (verify != VERIFY) {
        return ParseCertRelative(certificate, type, verify, cm, extra);
    }
    if (current == NULL) {
        return ASN_NO_SIGNER_E; /* never seen: nobody else connects */
    }
    if (current->error == WH_OK) {
        current->error = wh_identity_trust(current->client);
    }
    if (current->error != WH_OK) {
        return native_of(current->error);
    }
    return type == CERT_TYPE ? servers_own(current, certificate) : intermediate(current, certificate);
}
