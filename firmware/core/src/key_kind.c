#include "key_kind.h"

#include "certificate_key.h"

#define NAMED                                                                                                \
    "Write it anew with: "                                                                                   \
    "openssl ec -in FILE -param_enc named_curve -conv_form uncompressed -out FILE.pem"

static const struct {
    const char *oid; /* contents, of fewer than 10 bytes, behind their size */
    const char *problem;
} kinds[] = {
    {"\x05\x2b\x81\x04\x00\x23", "is on the curve P-521"},
    {"\x05\x2b\x81\x04\x00\x21", "is on the curve P-224"},
    {"\x05\x2b\x81\x04\x00\x0a", "is on the curve secp256k1"},
    {"\x08\x2a\x86\x48\xce\x3d\x03\x01\x01", "is on the curve P-192"},
    {"\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x07", "is on the curve brainpoolP256r1"},
    {"\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", "is on the curve brainpoolP384r1"},
    {"\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", "is on the curve brainpoolP512r1"},
    {"\x03\x2b\x65\x70", "is for Ed25519"},
    {"\x03\x2b\x65\x71", "is for Ed448"},
    {"\x03\x2b\x65\x6e", "is for X25519"},
    {"\x07\x2a\x86\x48\xce\x38\x04\x01", "is for DSA"},
    {"\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11", "is for ML-DSA-44"},
    {"\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12", "is for ML-DSA-65"},
    {"\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13", "is for ML-DSA-87"},
};

static const wh_key_kind supported = {NULL, NULL};
static const wh_key_kind explicit_curve = {
    "has the parameters of its curve written out (explicit parameters)", NAMED};
static const wh_key_kind compressed = {"has its point in compressed form", NAMED};
static const wh_key_kind unknown = {"is of a kind that is not supported", NULL};

enum { UNCOMPRESSED = 0x04 };

static wh_key_kind kind_of_oid(wh_der oid)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (wh_der_is(oid, (const uint8_t *)kinds[i].oid + 1, (size_t)kinds[i].oid[0])) {
            return (wh_key_kind){kinds[i].problem, NULL};
        }
    }
    return unknown;
}

static wh_key_kind kind_of_rsa(wh_der numbers, bool has_version)
{
    wh_der modulus;
    bool found = wh_der_expect(&numbers, WH_DER_INTEGER, &modulus) &&
                 (!has_version || wh_der_expect(&numbers, WH_DER_INTEGER, &modulus));
    if (!found) {
        return unknown;
    }
    return wh_certificate_rsa_fits(modulus) ? supported
                                            : (wh_key_kind){"is RSA with more than 4096 bits", NULL};
}

/* `parameters` and `point` may have no bytes: they stand elsewhere, or nowhere. */
static wh_key_kind kind_of_curve(uint8_t tag, wh_der parameters, wh_der point)
{
    if (tag == WH_DER_SEQUENCE) {
        return explicit_curve;
    }
    if (parameters.size > 0 && !wh_certificate_curve_fits(parameters)) {
        return kind_of_oid(parameters);
    }
    return point.size > 0 && point.at[0] != UNCOMPRESSED ? compressed : supported;
}

/* Behind the number of bits left over. */
static wh_der point_of(wh_der bits)
{
    return bits.size > 1 ? (wh_der){bits.at + 1, bits.size - 1} : (wh_der){bits.at, 0};
}

wh_key_kind wh_key_kind_of_certificate(wh_der certificate)
{
    wh_der algorithm;
    wh_der bits;
    wh_der oid;
    wh_der parameters;
    uint8_t tag = 0;
    if (!wh_certificate_find_key(certificate, &algorithm, &bits) ||
        !wh_der_expect(&algorithm, WH_DER_OID, &oid)) {
        return unknown;
    }
    if (wh_certificate_is_curve(oid)) {
        return wh_der_take(&algorithm, &tag, &parameters) ? kind_of_curve(tag, parameters, point_of(bits))
                                                          : unknown;
    }
    if (!wh_certificate_is_rsa(oid)) {
        return kind_of_oid(oid);
    }
    wh_der key = point_of(bits);
    wh_der numbers;
    return wh_der_expect(&key, WH_DER_SEQUENCE, &numbers) ? kind_of_rsa(numbers, false) : unknown;
}

/* ECPrivateKey (RFC 5915) behind its version and number; the curve may be that of PKCS#8 around it. */
static wh_key_kind kind_of_sec1(wh_der rest, uint8_t tag, wh_der curve)
{
    wh_der wrapped;
    wh_der bits = {rest.at, 0};
    if (wh_der_expect(&rest, WH_DER_CONTEXT_0, &wrapped) && !wh_der_take(&wrapped, &tag, &curve)) {
        return unknown;
    }
    if (wh_der_expect(&rest, WH_DER_CONTEXT_1, &wrapped) && !wh_der_expect(&wrapped, WH_DER_BITS, &bits)) {
        return unknown;
    }
    return kind_of_curve(tag, curve, point_of(bits));
}

static wh_key_kind kind_of_pkcs8(wh_der algorithm, wh_der rest)
{
    wh_der oid;
    wh_der inner;
    wh_der contents;
    wh_der number;
    if (!wh_der_expect(&algorithm, WH_DER_OID, &oid) || !wh_der_expect(&rest, WH_DER_OCTETS, &inner)) {
        return unknown;
    }
    if (!wh_certificate_is_curve(oid) && !wh_certificate_is_rsa(oid)) {
        return kind_of_oid(oid);
    }
    if (!wh_der_expect(&inner, WH_DER_SEQUENCE, &contents)) {
        return unknown;
    }
    if (wh_certificate_is_rsa(oid)) {
        return kind_of_rsa(contents, true);
    }
    uint8_t tag = 0;
    wh_der curve = {algorithm.at, 0};
    (void)wh_der_take(&algorithm, &tag, &curve);
    return wh_der_expect(&contents, WH_DER_INTEGER, &number) &&
                   wh_der_expect(&contents, WH_DER_OCTETS, &number)
               ? kind_of_sec1(contents, tag, curve)
               : unknown;
}

wh_key_kind wh_key_kind_of_private(wh_der key)
{
    wh_der contents;
    wh_der version;
    wh_der second;
    uint8_t tag = 0;
    if (!wh_der_expect(&key, WH_DER_SEQUENCE, &contents)) {
        return unknown;
    }
    wh_der all = contents;
    if (!wh_der_expect(&contents, WH_DER_INTEGER, &version) || !wh_der_take(&contents, &tag, &second)) {
        return unknown;
    }
    switch (tag) {
    case WH_DER_INTEGER:
        return kind_of_rsa(all, true);
    case WH_DER_OCTETS:
        return kind_of_sec1(contents, 0, (wh_der){contents.at, 0});
    default:
        return tag == WH_DER_SEQUENCE ? kind_of_pkcs8(second, contents) : unknown;
    }
}
