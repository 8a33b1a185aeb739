#include "trust.h"

#include <string.h>

/* Signers are made as wolfSSL makes them. */
#define BUILDING_WOLFSSL
#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "bundle.h"
#include "certificate_key.h"
#include "der.h"
#include "memory_ran_out.h"
#include "opened.h"
#include "binding.h"
#include "clock.h"

struct wh_ca {
    Signer *signer;
    wh_validity validity;
    /* It may sign others. Otherwise it was pinned: it stands for itself, to the byte. */
    bool is_authority;
    /* It goes by an identifier that wolfSSL has computed. */
    bool lacks_id;
    uint8_t digest[WH_DIGEST_SIZE];
};

/* ---- wolfSSL's table of signers ---------------------------------------------------------------- */

/* As wolfSSL's HashSigner(). */
static Signer **row_of(WOLFSSL_CERT_MANAGER *cm, const byte *key_id)
{
    word32 word = (word32)key_id[0] << 24 | (word32)key_id[1] << 16 | (word32)key_id[2] << 8 | key_id[3];
    return &cm->caTable[word % CA_TABLE_SIZE];
}

static void put_into_table(WOLFSSL_CERT_MANAGER *cm, Signer *signer)
{
    Signer **row = row_of(cm, signer->subjectKeyIdHash);
    signer->next = *row;
    *row = signer;
}

static void take_from_table(WOLFSSL_CERT_MANAGER *cm, const Signer *signer)
{
    for (Signer **at = row_of(cm, signer->subjectKeyIdHash); *at != NULL; at = &(*at)->next) {
        if (*at == signer) {
            *at = signer->next;
            return;
        }
    }
}

/* wolfSSL gives a certificate without a key identifier one by SHA-256, as SHA-1 is left out. */
static bool compute_id(const Signer *signer, byte computed[KEYID_SIZE])
{
    return CalcHashId_ex(signer->publicKey, signer->pubKeySize, computed, WC_HASH_TYPE_SHA256) == 0;
}

static bool has_computed_id(const Signer *signer)
{
    byte computed[KEYID_SIZE];
    return compute_id(signer, computed) && memcmp(computed, signer->subjectKeyIdHash, KEYID_SIZE) == 0;
}

/* ---- Signers that wolfSSL does not find by itself --------------------------------------------- */

/* Out of the table for a while, so that wolfSSL finds another one. */
static void set_aside(WOLFSSL_CERT_MANAGER *cm, Signer *signer, Signer **aside)
{
    take_from_table(cm, signer);
    signer->next = *aside;
    *aside = signer;
}

static void put_back(WOLFSSL_CERT_MANAGER *cm, Signer *aside)
{
    while (aside != NULL) {
        Signer *signer = aside;
        aside = signer->next;
        put_into_table(cm, signer);
    }
}

static int parse_anew(DecodedCert *certificate, int type, WOLFSSL_CERT_MANAGER *cm)
{
    const byte *der = certificate->source;
    word32 size = certificate->maxIdx;
    void *heap = certificate->heap;
    FreeDecodedCert(certificate);
    InitDecodedCert(certificate, der, size, heap);
    wh_dates_expect();
    return ParseCertRelative(certificate, type, VERIFY, cm, NULL);
}

static bool is_constrained(const Signer *signer)
{
    return signer->permittedNames != NULL || signer->excludedNames != NULL ||
           signer->extNameConstraintHasUnsupported;
}

/* The certificate names no key: of several signers with its issuer's name wolfSSL finds one. Once the right
 * one is found, the others stay away until the chain is done with, as wolfSSL looks for its constraints by
 * name. */
static int try_namesakes(wh_client *client, DecodedCert *certificate, int type)
{
    WOLFSSL_CERT_MANAGER *cm = client->ctx->cm;
    Signer *aside = NULL;
    int native = ASN_SIG_CONFIRM_E;
    bool hides_constraints = false;
    while (native == ASN_SIG_CONFIRM_E && certificate->ca != NULL) {
        hides_constraints = hides_constraints || is_constrained(certificate->ca);
        set_aside(cm, certificate->ca, &aside);
        native = parse_anew(certificate, type, cm);
    }
    if (native == ASN_NO_SIGNER_E || hides_constraints) {
        put_back(cm, aside);
        return ASN_SIG_CONFIRM_E;
    }
    while (aside != NULL) {
        Signer *signer = aside;
        aside = signer->next;
        signer->next = client->namesakes;
        client->namesakes = signer;
    }
    return native;
}

static Signer *without_id(const WOLFSSL_CERT_MANAGER *cm, const byte *name)
{
    for (size_t row = 0; row < CA_TABLE_SIZE; row++) {
        for (Signer *signer = cm->caTable[row]; signer != NULL; signer = signer->next) {
            if (memcmp(signer->subjectNameHash, name, KEYID_SIZE) == 0 && has_computed_id(signer)) {
                return signer;
            }
        }
    }
    return NULL;
}

static void call(WOLFSSL_CERT_MANAGER *cm, Signer *signer, const byte *key_id)
{
    take_from_table(cm, signer);
    memcpy(signer->subjectKeyIdHash, key_id, KEYID_SIZE);
    put_into_table(cm, signer);
}

/* The certificate names a key, by SHA-1 most often, and the signers of its issuer's name say nothing of
 * theirs. The one that did sign goes by that name until the chain is done with, as wolfSSL looks for its
 * constraints by it. */
static int try_without_id(WOLFSSL_CERT_MANAGER *cm, DecodedCert *certificate, int type)
{
    byte asked[KEYID_SIZE];
    byte issuer[KEYID_SIZE];
    memcpy(asked, certificate->extAuthKeyId, KEYID_SIZE);
    memcpy(issuer, certificate->issuerHash, KEYID_SIZE);
    Signer *aside = NULL;
    int native = ASN_NO_SIGNER_E;
    int result = ASN_NO_SIGNER_E;
    for (Signer *signer = without_id(cm, issuer); signer != NULL; signer = without_id(cm, issuer)) {
        byte own[KEYID_SIZE];
        memcpy(own, signer->subjectKeyIdHash, KEYID_SIZE);
        call(cm, signer, asked);
        native = parse_anew(certificate, type, cm);
        result = native == ASN_NO_SIGNER_E ? result : native;
        if (native == 0) {
            break;
        }
        call(cm, signer, own);
        set_aside(cm, signer, &aside);
    }
    put_back(cm, aside);
    return result;
}

/* ---- The list ------------------------------------------------------------------------------------ */

static bool has_key(const Signer *signer, const DecodedCert *certificate)
{
    return signer->pubKeySize == certificate->pubKeySize &&
           memcmp(signer->publicKey, certificate->publicKey, signer->pubKeySize) == 0;
}

static bool has_name(const Signer *signer, const DecodedCert *certificate)
{
    return memcmp(signer->subjectNameHash, certificate->subjectHash, KEYID_SIZE) == 0;
}

/* RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.12. Version 1 has no extensions: such a root is one by being given. */
static bool is_authority(const DecodedCert *certificate)
{
    bool has_usage = certificate->extKeyUsageSet;
    bool signs = (certificate->extKeyUsage & KEYUSE_KEY_CERT_SIGN) != 0;
    bool serves = !certificate->extExtKeyUsageSet ||
                  (certificate->extExtKeyUsage & (EXTKEYUSE_ANY | EXTKEYUSE_SERVER_AUTH)) != 0;
    if (!serves || (has_usage && !signs)) {
        return false;
    }
    if (certificate->extBasicConstSet) {
        return certificate->isCA;
    }
    bool is_old_root = certificate->version == 0 && certificate->selfSigned;
    return is_old_root || has_usage;
}

/* wolfSSL takes a CA with any key that it can read, and fails in the handshake only. RSA of up to 4096 bits,
 * behind which a zero may stand before the highest bit; whole points on P-256 and P-384. */
static bool can_verify(const DecodedCert *certificate)
{
    const byte *key = certificate->publicKey;
    word32 size = certificate->pubKeySize;
    if (certificate->keyOID != ECDSAk) {
        wh_der rest = {key, size};
        wh_der numbers;
        wh_der modulus;
        return wh_der_expect(&rest, WH_DER_SEQUENCE, &numbers) &&
               wh_der_expect(&numbers, WH_DER_INTEGER, &modulus) && modulus.size <= SP_INT_BITS / 8 + 1;
    }
    word32 point = certificate->pkCurveOID == ECC_SECP256R1_OID   ? 1 + 2 * 32
                   : certificate->pkCurveOID == ECC_SECP384R1_OID ? 1 + 2 * 48
                                                                  : size + 1;
    return size > point && key[size - point] == ECC_POINT_UNCOMP;
}

static bool is_key_too_short(const WOLFSSL_CTX *ctx, const DecodedCert *certificate)
{
    bool is_rsa = certificate->keyOID == RSAk || certificate->keyOID == RSAPSSk;
    return is_rsa ? certificate->pubKeySize < (word32)ctx->minRsaKeySz
                  : certificate->pubKeySize < (word32)ctx->minEccKeySz;
}

/* Room for one more; the list is short, and made once. */
static wh_ca *grow(wh_client *client)
{
    size_t size = client->ca_count * sizeof(wh_ca);
    wh_ca *grown = wh_allocate(size + sizeof(wh_ca));
    if (grown == NULL || client->ca_count == UINT16_MAX) {
        wh_release(grown, size);
        return NULL;
    }
    if (client->cas != NULL) {
        memcpy(grown, client->cas, size);
        wh_release(client->cas, size);
    }
    client->cas = grown;
    return &grown[client->ca_count++];
}

/* The same name and key, as of a CA that was renewed: wolfSSL needs it once. That of a certificate which was
 * only pinned is no authority's. */
static Signer *known_signer(const wh_client *client, const DecodedCert *certificate, bool as_authority)
{
    for (size_t i = 0; i < client->ca_count; i++) {
        Signer *signer = client->cas[i].signer;
        if (as_authority && !client->cas[i].is_authority) {
            continue;
        }
        if (has_name(signer, certificate) && has_key(signer, certificate)) {
            return signer;
        }
    }
    return NULL;
}

/* One out of a bundle leaves with the chain. */
static Signer *new_signer(const wh_client *client, DecodedCert *certificate)
{
    WOLFSSL_CERT_MANAGER *cm = client->ctx->cm;
    int type = wh_trust_has_bundle(client) ? WOLFSSL_CHAIN_CA : WOLFSSL_USER_CA;
    Signer *signer = MakeSigner(cm->heap);
    if (signer != NULL && FillSigner(signer, certificate, type, NULL) != 0) {
        FreeSigner(signer, cm->heap);
        signer = NULL;
    }
    if (signer != NULL) {
        put_into_table(cm, signer);
    }
    return signer;
}

/* A root signs itself, so that it need not be known again by more than its key. */
static bool can_be_pinned(const DecodedCert *certificate, const wh_ca *ca)
{
    return !ca->is_authority || !certificate->selfSigned;
}

static int add(wh_client *client, DecodedCert *certificate)
{
    const byte *der = certificate->source;
    word32 size = certificate->maxIdx;
    WOLFSSL_CERT_MANAGER *cm = client->ctx->cm;
    wh_dates_expect();
    if (ParseCert(certificate, CA_TYPE, NO_VERIFY, cm) != 0 || certificate->criticalExt != 0 ||
        is_key_too_short(client->ctx, certificate) || !can_verify(certificate)) {
        return WH_USAGE_CA;
    }
    wh_ca ca = {.validity = wh_dates_last(), .is_authority = is_authority(certificate)};
    if (!wh_dates_are_read(&ca.validity)) {
        return WH_USAGE_CA;
    }
    if (can_be_pinned(certificate, &ca) && wh_digest(der, size, ca.digest) != WH_OK) {
        return WH_PLATFORM_MEMORY;
    }
    ca.signer = known_signer(client, certificate, ca.is_authority);
    if (ca.signer != NULL && wh_trust_has_bundle(client)) {
        return WH_OK; /* by another certificate of the same issuer */
    }
    if (ca.signer == NULL) {
        ca.signer = new_signer(client, certificate);
    }
    ca.lacks_id = ca.signer != NULL && has_computed_id(ca.signer);
    wh_ca *place = ca.signer != NULL ? grow(client) : NULL;
    if (place == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    *place = ca;
    return WH_OK;
}

int wh_trust_add(wh_client *client, const uint8_t *der, size_t size)
{
    DecodedCert *certificate = wh_allocate(sizeof *certificate);
    if (certificate == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    InitDecodedCert(certificate, der, (word32)size, NULL);
    int result = add(client, certificate);
    FreeDecodedCert(certificate);
    wh_release(certificate, sizeof *certificate);
    /* wolfSSL turns a failed allocation into a certificate that it cannot read. */
    return wh_memory_ran_out() ? WH_PLATFORM_MEMORY : result;
}

void wh_trust_free(wh_client *client)
{
    wh_release(client->cas, client->ca_count * sizeof(wh_ca));
    client->cas = NULL;
    client->ca_count = 0;
}

void wh_trust_done(wh_client *client)
{
    put_back(client->ctx->cm, client->namesakes);
    client->namesakes = NULL;
    (void)wolfSSL_CertManagerUnloadIntermediateCerts(client->ctx->cm);
    if (wh_trust_has_bundle(client)) {
        wh_trust_free(client); /* whose signers have just left */
    }
    for (size_t i = 0; i < client->ca_count; i++) {
        const wh_ca *ca = &client->cas[i];
        byte own[KEYID_SIZE];
        if (ca->lacks_id && !has_computed_id(ca->signer) && compute_id(ca->signer, own)) {
            call(client->ctx->cm, ca->signer, own);
        }
    }
}

/* ---- A bundle -------------------------------------------------------------------------------------- */

static wh_der bundle_of(const wh_client *client)
{
    return (wh_der){client->config.ca, client->config.ca_size};
}

bool wh_trust_use_bundle(wh_client *client)
{
    client->bundled = wh_bundle_count(bundle_of(client));
    return wh_trust_has_bundle(client);
}

/* False for want of memory. One with a key that cannot be verified with is left aside. */
static bool add_root(wh_client *client, const wh_bundle_ca *ca)
{
    size_t room = wh_bundle_root_room(ca);
    uint8_t *root = wh_allocate(room);
    if (root == NULL) {
        return false;
    }
    int result = wh_trust_add(client, root, wh_bundle_write_root(ca, root));
    wh_release(root, room);
    return result != WH_PLATFORM_MEMORY;
}

/* Those of the bundle that have the name of the certificate's issuer. */
static bool add_issuers(wh_client *client, const DecodedCert *certificate)
{
    wh_der issuer;
    wh_bundle bundle;
    wh_bundle_ca ca;
    bool any = wh_trust_has_bundle(client) &&
               wh_certificate_find_issuer((wh_der){certificate->source, certificate->maxIdx}, &issuer) &&
               wh_bundle_open(bundle_of(client), &bundle);
    while (any && wh_bundle_next(&bundle, &ca)) {
        if (wh_der_is(ca.name, issuer.at, issuer.size) && !add_root(client, &ca)) {
            return false;
        }
    }
    return true;
}

int wh_trust_parse(wh_client *client, DecodedCert *certificate, int type)
{
    WOLFSSL_CERT_MANAGER *cm = client->ctx->cm;
    if (!add_issuers(client, certificate)) {
        return MEMORY_E;
    }
    wh_dates_expect();
    int native = ParseCertRelative(certificate, type, VERIFY, cm, NULL);
    if (native == ASN_NO_SIGNER_E && certificate->extAuthKeyIdSet) {
        return try_without_id(cm, certificate, type);
    }
    if (native == ASN_SIG_CONFIRM_E && !certificate->extAuthKeyIdSet) {
        return try_namesakes(client, certificate, type);
    }
    return native;
}

/* Of the name, and with another key. */
static bool is_namesake(const Signer *signer, const DecodedCert *certificate)
{
    return has_name(signer, certificate) && !has_key(signer, certificate);
}

bool wh_trust_admits(const wh_client *client, const DecodedCert *certificate)
{
    bool any_constraint = certificate->permittedNames != NULL || certificate->excludedNames != NULL ||
                          certificate->extNameConstraintHasUnsupported;
    bool any_namesake = false;
    const WOLFSSL_CERT_MANAGER *cm = client->ctx->cm;
    for (size_t row = 0; row <= CA_TABLE_SIZE; row++) {
        const Signer *signer = row < CA_TABLE_SIZE ? cm->caTable[row] : client->namesakes;
        for (; signer != NULL; signer = signer->next) {
            any_constraint = any_constraint || is_constrained(signer);
            any_namesake = any_namesake || is_namesake(signer, certificate);
        }
    }
    return certificate->isCA && is_authority(certificate) && !is_key_too_short(client->ctx, certificate) &&
           !certificate->selfSigned && !(any_constraint && any_namesake);
}

bool wh_trust_knows(const DecodedCert *certificate)
{
    return certificate->ca != NULL && certificate->selfSigned && has_key(certificate->ca, certificate);
}

/* ---- What it says of a chain --------------------------------------------------------------------- */

static bool is_same(const wh_ca *ca, const DecodedCert *certificate)
{
    uint8_t digest[WH_DIGEST_SIZE];
    return has_name(ca->signer, certificate) && has_key(ca->signer, certificate) &&
           wh_digest(certificate->source, certificate->maxIdx, digest) == WH_OK &&
           memcmp(digest, ca->digest, sizeof digest) == 0;
}

/* By authority and dates. */
static int judge(const wh_ca *ca, const DecodedCert *certificate)
{
    if (!ca->is_authority && !is_same(ca, certificate)) {
        bool looks_the_same = has_name(ca->signer, certificate) && has_key(ca->signer, certificate);
        return looks_the_same ? WH_PEER_UNTRUSTED : WH_PEER_CERTIFICATE;
    }
    switch (wh_dates_judge(&ca->validity)) {
    case WH_PEER_EXPIRED:
        return WH_PEER_CA_EXPIRED;
    case WH_PEER_NOT_YET:
        return WH_PEER_CA_NOT_YET;
    default:
        return WH_OK;
    }
}

int wh_trust_check(const wh_client *client, const Signer *signer, const DecodedCert *certificate,
                   int64_t *not_after_s)
{
    int result = WH_OK;
    int64_t end_s = INT64_MIN;
    for (size_t i = 0; i < client->ca_count; i++) {
        const wh_ca *ca = &client->cas[i];
        if (ca->signer != signer) {
            continue;
        }
        result = judge(ca, certificate);
        if (result == WH_OK && ca->validity.not_after_s > end_s) {
            end_s = ca->validity.not_after_s; /* of several the one that lasts longest */
        }
    }
    if (end_s == INT64_MIN) {
        return result;
    }
    *not_after_s = end_s < *not_after_s ? end_s : *not_after_s;
    return WH_OK;
}

bool wh_trust_holds(const wh_client *client, const DecodedCert *certificate)
{
    for (size_t i = 0; i < client->ca_count; i++) {
        if (is_same(&client->cas[i], certificate)) {
            return true;
        }
    }
    return false;
}

uint16_t wh_trust_count(const wh_client *client, uint16_t *usable, uint16_t *ending)
{
    int64_t soon_s = wh_clock_certain_s() + WH_CA_ENDS_SOON_S;
    *usable = 0;
    *ending = 0;
    if (wh_trust_has_bundle(client)) {
        *usable = client->bundled;
        return client->bundled;
    }
    for (size_t i = 0; i < client->ca_count; i++) {
        bool is_usable = wh_dates_judge(&client->cas[i].validity) == WH_OK;
        *usable = (uint16_t)(*usable + is_usable);
        *ending = (uint16_t)(*ending + (is_usable && client->cas[i].validity.not_after_s < soon_s));
    }
    return client->ca_count;
}

int wh_trust_error_of_dates(const wh_client *client)
{
    int error = wh_trust_has_bundle(client) ? WH_OK : WH_PEER_CA_NOT_YET;
    for (size_t i = 0; i < client->ca_count; i++) {
        int judged = wh_dates_judge(&client->cas[i].validity);
        if (judged == WH_OK) {
            return WH_OK;
        }
        error = judged == WH_PEER_EXPIRED ? WH_PEER_CA_EXPIRED : error;
    }
    return error;
}
