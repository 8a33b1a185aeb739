#include "certificate_key.h"

#include <wolfssl/wolfcrypt/settings.h>

static const uint8_t oid_ec[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const uint8_t oid_p256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t oid_p384[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
static const uint8_t oid_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const uint8_t oid_rsa_pss[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};

/* What is signed, from the issuer's name on, and what stands behind it. */
static bool open_at_issuer(wh_der certificate, wh_der *signed_part, wh_der *behind)
{
    wh_der skipped;
    if (!wh_der_expect(&certificate, WH_DER_SEQUENCE, behind) ||
        !wh_der_expect(behind, WH_DER_SEQUENCE, signed_part)) {
        return false;
    }
    (void)wh_der_expect(signed_part, WH_DER_CONTEXT_0, &skipped);  /* version; 1 has none */
    return wh_der_expect(signed_part, WH_DER_INTEGER, &skipped) && /* serial number */
           wh_der_expect(signed_part, WH_DER_SEQUENCE, &skipped);  /* signature */
}

#ifndef WH_PEM_ONLY
bool wh_certificate_find_issuer(wh_der certificate, wh_der *issuer)
{
    wh_der rest;
    wh_der skipped;
    if (!open_at_issuer(certificate, issuer, &rest)) {
        return false;
    }
    rest = *issuer;
    bool is_there = wh_der_expect(&rest, WH_DER_SEQUENCE, &skipped);
    issuer->size -= rest.size;
    return is_there;
}
#endif

bool wh_certificate_find_key(wh_der certificate, wh_der *algorithm, wh_der *bits)
{
    wh_der signed_part;
    wh_der rest;
    wh_der skipped;
    wh_der key;
    return open_at_issuer(certificate, &signed_part, &rest) &&
           wh_der_expect(&rest, WH_DER_SEQUENCE, &skipped) && wh_der_expect(&rest, WH_DER_BITS, &skipped) &&
           rest.size == 0 && wh_der_expect(&signed_part, WH_DER_SEQUENCE, &skipped) && /* issuer */
           wh_der_expect(&signed_part, WH_DER_SEQUENCE, &skipped) &&                   /* validity */
           wh_der_expect(&signed_part, WH_DER_SEQUENCE, &skipped) &&                   /* subject */
           wh_der_expect(&signed_part, WH_DER_SEQUENCE, &key) &&
           wh_der_expect(&key, WH_DER_SEQUENCE, algorithm) && wh_der_expect(&key, WH_DER_BITS, bits) &&
           bits->size > 1;
}

bool wh_certificate_is_curve(wh_der algorithm)
{
    return wh_der_is(algorithm, oid_ec, sizeof oid_ec);
}

bool wh_certificate_is_rsa(wh_der algorithm)
{
    return wh_der_is(algorithm, oid_rsa, sizeof oid_rsa) ||
           wh_der_is(algorithm, oid_rsa_pss, sizeof oid_rsa_pss);
}

bool wh_certificate_curve_fits(wh_der curve)
{
    return wh_der_is(curve, oid_p256, sizeof oid_p256) || wh_der_is(curve, oid_p384, sizeof oid_p384);
}

/* A zero may stand before its highest bit. */
bool wh_certificate_rsa_fits(wh_der modulus)
{
    return modulus.size <= SP_INT_BITS / 8 + 1;
}

bool wh_certificate_is_whole(wh_der *der)
{
    wh_der rest = *der;
    wh_der contents;
    wh_der algorithm;
    wh_der bits;
    if (!wh_der_expect(&rest, WH_DER_SEQUENCE, &contents)) {
        return false;
    }
    der->size -= rest.size;
    return wh_der_is_sound(contents) && wh_certificate_find_key(*der, &algorithm, &bits);
}
