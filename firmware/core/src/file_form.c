#include "file_form.h"

#include <string.h>

#include "bundle.h"
#include "der.h"

#define NOT_A_CERTIFICATE(what) "A " what " is no certificate: get the certificate itself, in PEM."
#define NOT_A_KEY(what)                                                                                      \
    "A " what " is no private key: give the one that the certificate was made for, in PEM."
#define NOT_THE_CA(what)                                                                                     \
    "A " what " is no certificate: get that of the authority which signed the server's, in PEM."
#define ALL(text)                                                                                            \
    {                                                                                                        \
        (text), (text), (text)                                                                               \
    }

/* One that holds certificates only. */
#define CERTIFICATES(command)                                                                                \
    {                                                                                                        \
        (command), (command), NOT_A_KEY("certificate")                                                       \
    }
/* One that holds something which is no use to any role. */
#define USELESS(what)                                                                                        \
    {                                                                                                        \
        NOT_THE_CA(what), NOT_A_CERTIFICATE(what), NOT_A_KEY(what)                                           \
    }
#define KEY(command)                                                                                         \
    {                                                                                                        \
        NOT_THE_CA("private key"), NOT_A_CERTIFICATE("private key"), (command)                               \
    }

#define CERTIFICATES_OF_BASE64                                                                               \
    "Put its lines between those of PEM: "                                                                   \
    "(echo -----BEGIN CERTIFICATE-----; grep . FILE; echo -----END CERTIFICATE-----) > FILE.pem"
#define KEY_OF_BASE64                                                                                        \
    "Put its lines between those of PEM: "                                                                   \
    "(echo -----BEGIN PRIVATE KEY-----; grep . FILE; echo -----END PRIVATE KEY-----) > FILE.pem"
#define KEY_OF_OPENSSH                                                                                       \
    "Make it PEM, as a copy, with: install -m 600 FILE FILE.pem && ssh-keygen -p -N \"\" -m PKCS8 -f "       \
    "FILE.pem"
#define PGP_FOR_NOBODY "TLS takes no PGP: get a certificate (X.509) and its private key, in PEM."

typedef enum form {
    FORM_NOTHING,
    FORM_EMPTY,
    FORM_UTF16,
    FORM_CR,
    FORM_ONE_LINE,
    FORM_ESCAPED,
    FORM_INDENTED,
    FORM_QUOTED,
    FORM_BASE64,
    FORM_PAGE,
    FORM_CERTIFICATE,
    FORM_CUT,
    FORM_REQUEST,
    FORM_CRL,
    FORM_PUBLIC_KEY,
    FORM_PKCS7,
    FORM_DER_PKCS7,
    FORM_PKCS12,
    FORM_JKS,
    FORM_KEY,
    FORM_OPENSSH_KEY,
    FORM_OPENSSH_PUBLIC_KEY,
    FORM_PGP,
    FORM_PARAMETERS,
    FORM_BUNDLE,
} form;

static const wh_file_form forms[] = {
    [FORM_NOTHING] =
        {NULL,
         {"The file must hold a certificate in PEM, from BEGIN CERTIFICATE to END CERTIFICATE.",
          "The file must hold a certificate in PEM, from BEGIN CERTIFICATE to END CERTIFICATE.",
          "The file must hold a private key in PEM, from BEGIN PRIVATE KEY to END PRIVATE KEY."}},
    [FORM_EMPTY] = {"is empty", ALL("Was it saved whole? Get it again.")},
    [FORM_UTF16] = {"is text in UTF-16, as PowerShell's > writes it",
                    ALL("Make it plain text with: iconv -f UTF-16 -t UTF-8 FILE > FILE.pem")},
    [FORM_CR] = {"has lines that end in CR alone",
                 ALL("Give its lines other ends with: tr '\\r' '\\n' < FILE > FILE.pem")},
    [FORM_ONE_LINE] = {"has lost its line breaks: BEGIN, the base64 and END each need lines of their own",
                       ALL("Put them back with: sed -E 's/(-----BEGIN [^-]*-----)/\\n\\1\\n/g; "
                           "s/(-----END [^-]*-----)/\\n\\1\\n/g' FILE > FILE.pem")},
    [FORM_ESCAPED] = {"has \\n written out where its line breaks should be",
                      ALL("Put them back with: printf '%b\\n' \"$(cat FILE)\" > FILE.pem")},
    [FORM_INDENTED] = {"has blanks before the dashes of BEGIN, which must be the first of their line",
                       ALL("Take them out with: sed -E 's/^[[:blank:]]+//' FILE > FILE.pem")},
    [FORM_QUOTED] = {"has something before the dashes of BEGIN, which must be the first of their line",
                     ALL("Take out what was put around its lines.")},
    [FORM_BASE64] = {"is base64 without the lines of BEGIN and END",
                     {CERTIFICATES_OF_BASE64, CERTIFICATES_OF_BASE64, KEY_OF_BASE64}},
    [FORM_PAGE] = {"is a web page", ALL("Download the file itself; that address leads to a page about it.")},
    [FORM_CERTIFICATE] = {"is a certificate", CERTIFICATES(NULL)},
    [FORM_CUT] = {"is DER that ends too early", ALL("Was it saved whole? Get it again.")},
    [FORM_REQUEST] = {"is a request for a certificate", USELESS("request")},
    [FORM_CRL] = {"is a list of revoked certificates (CRL)", USELESS("CRL")},
    [FORM_PUBLIC_KEY] = {"is a public key", USELESS("public key")},
    [FORM_PKCS7] = {"is PKCS#7",
                    CERTIFICATES(
                        "Take its certificates out with: openssl pkcs7 -print_certs -in FILE -out FILE.pem")},
    [FORM_DER_PKCS7] = {"is PKCS#7 in DER",
                        CERTIFICATES("Take its certificates out with: "
                                     "openssl pkcs7 -inform der -print_certs -in FILE -out FILE.pem")},
    [FORM_PKCS12] = {"is PKCS#12 (.p12, .pfx)",
                     {"Take the authority out with: openssl pkcs12 -in FILE -cacerts -nokeys -out FILE.pem "
                      "(-legacy for an old one)",
                      "Take the certificates out with: openssl pkcs12 -in FILE -nokeys -out FILE.pem "
                      "(-legacy for an old one)",
                      "Take the key out with: openssl pkcs12 -in FILE -nocerts -nodes -out FILE.pem (-legacy "
                      "for an old one)"}},
    [FORM_JKS] = {"is a Java keystore",
                  ALL("Make it PKCS#12, and then PEM, with: keytool -importkeystore -srckeystore FILE "
                      "-destkeystore FILE.p12 -deststoretype pkcs12")},
    [FORM_KEY] = {"is a private key", KEY(NULL)},
    [FORM_OPENSSH_KEY] = {"is a private key in OpenSSH's own form", KEY(KEY_OF_OPENSSH)},
    [FORM_OPENSSH_PUBLIC_KEY] = {"is a public key of OpenSSH", USELESS("public key")},
    [FORM_PGP] = {"is PGP", ALL(PGP_FOR_NOBODY)},
    [FORM_PARAMETERS] = {"holds only the parameters of a key", USELESS("set of parameters")},
    [FORM_BUNDLE] =
        {"is ESP-IDF's certificate bundle",
         {"Apps in C take it, as a part of their firmware: give the CA that signs servers, in PEM.",
          NOT_A_CERTIFICATE("bundle"), NOT_A_KEY("bundle")}},
};

static const struct {
    const char *label;
    form form;
} labels[] = {
    {"CERTIFICATE", FORM_CERTIFICATE},
    {"X509 CERTIFICATE", FORM_CERTIFICATE},
    {"TRUSTED CERTIFICATE", FORM_CERTIFICATE},
    {"CERTIFICATE REQUEST", FORM_REQUEST},
    {"NEW CERTIFICATE REQUEST", FORM_REQUEST},
    {"X509 CRL", FORM_CRL},
    {"PUBLIC KEY", FORM_PUBLIC_KEY},
    {"RSA PUBLIC KEY", FORM_PUBLIC_KEY},
    {"PKCS7", FORM_PKCS7},
    {"PKCS #7 SIGNED DATA", FORM_PKCS7},
    {"PRIVATE KEY", FORM_KEY},
    {"ENCRYPTED PRIVATE KEY", FORM_KEY},
    {"RSA PRIVATE KEY", FORM_KEY},
    {"EC PRIVATE KEY", FORM_KEY},
    {"OPENSSH PRIVATE KEY", FORM_OPENSSH_KEY},
    {"SSH2 PUBLIC KEY", FORM_OPENSSH_PUBLIC_KEY},
    {"EC PARAMETERS", FORM_PARAMETERS},
    {"DH PARAMETERS", FORM_PARAMETERS},
    {"X9.42 DH PARAMETERS", FORM_PARAMETERS},
};

const wh_file_form *wh_file_form_of_label(const wh_pem_block *block)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (wh_pem_has_label(block, labels[i].label)) {
            return &forms[labels[i].form];
        }
    }
    bool is_pgp = block->label.size > 4 && memcmp(block->label.at, "PGP ", 4) == 0;
    return is_pgp ? &forms[FORM_PGP] : NULL;
}

/* ---- DER ---------------------------------------------------------------------------- */

/* Behind the first element of a certificate's, a request's and a revocation list's signed part. */
static form form_of_signed(wh_der part)
{
    wh_der value;
    if (wh_der_expect(&part, WH_DER_CONTEXT_0, &value)) {
        return FORM_CERTIFICATE;
    }
    uint8_t first = 0;
    uint8_t second = 0;
    uint8_t third = 0;
    if (!wh_der_take(&part, &first, &value) || !wh_der_take(&part, &second, &value) ||
        !wh_der_take(&part, &third, &value)) {
        return FORM_NOTHING;
    }
    if (first == WH_DER_SEQUENCE) {
        return FORM_CRL; /* of version 1, without number */
    }
    /* A request: version, subject, key. A list: version, algorithm, issuer, a time. A certificate of version
     * 1: number, algorithm, issuer, validity. */
    uint8_t fourth = 0;
    if (!wh_der_take(&part, &fourth, &value) || fourth == WH_DER_CONTEXT_0) {
        return FORM_REQUEST;
    }
    return fourth == WH_DER_SEQUENCE ? FORM_CERTIFICATE : FORM_CRL;
}

/* What begins with a version or another number. */
static form form_of_numbered(wh_der number, wh_der rest)
{
    uint8_t tag = 0;
    wh_der value;
    if (!wh_der_take(&rest, &tag, &value)) {
        return FORM_NOTHING;
    }
    if (tag == WH_DER_OCTETS) {
        return FORM_KEY; /* SEC1 */
    }
    if (tag == WH_DER_INTEGER) {
        return rest.size > 0 ? FORM_KEY : FORM_PUBLIC_KEY; /* PKCS#1 */
    }
    bool is_pkcs12 = number.size == 1 && number.at[0] == 3;
    return is_pkcs12 ? FORM_PKCS12 : FORM_KEY; /* PKCS#8 */
}

/* PKCS#8, PKCS#1 or SEC1, by what follows the version. */
static const char *label_of_numbered(uint8_t second)
{
    switch (second) {
    case WH_DER_OCTETS:
        return "EC PRIVATE KEY";
    case WH_DER_INTEGER:
        return "RSA PRIVATE KEY";
    default:
        return "PRIVATE KEY";
    }
}

const char *wh_file_label_of_der(wh_der der)
{
    wh_der contents;
    wh_der value;
    uint8_t first = 0;
    uint8_t second = 0;
    if (!wh_der_expect(&der, WH_DER_SEQUENCE, &contents) || !wh_der_take(&contents, &first, &value) ||
        !wh_der_take(&contents, &second, &value)) {
        return "DER";
    }
    if (first == WH_DER_INTEGER) {
        return label_of_numbered(second);
    }
    return second == WH_DER_OCTETS ? "ENCRYPTED PRIVATE KEY" : "CERTIFICATE";
}

static form form_of_der(wh_der file)
{
    static const uint8_t signed_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    wh_der contents;
    wh_der first;
    uint8_t tag = 0;
    if (!wh_der_expect(&file, WH_DER_SEQUENCE, &contents)) {
        bool has_long_length = file.size > 1 && file.at[1] == 0x82; /* which no text has */
        return has_long_length ? FORM_CUT : FORM_NOTHING;
    }
    if (!wh_der_take(&contents, &tag, &first)) {
        return FORM_NOTHING;
    }
    if (tag == WH_DER_OID) {
        return wh_der_is(first, signed_data, sizeof signed_data) ? FORM_DER_PKCS7 : FORM_NOTHING;
    }
    if (tag == WH_DER_INTEGER) {
        return form_of_numbered(first, contents);
    }
    uint8_t second = 0;
    wh_der value;
    if (tag != WH_DER_SEQUENCE || !wh_der_take(&contents, &second, &value)) {
        return FORM_NOTHING;
    }
    switch (second) {
    case WH_DER_OCTETS:
        return FORM_KEY; /* locked */
    case WH_DER_BITS:
        return FORM_PUBLIC_KEY;
    default:
        return second == WH_DER_SEQUENCE ? form_of_signed(first) : FORM_NOTHING;
    }
}

/* ---- Text ----------------------------------------------------------------------------- */

static bool begins(wh_pem_text file, const char *bytes, size_t size)
{
    return file.size >= size && memcmp(file.at, bytes, size) == 0;
}

static const uint8_t *find(wh_pem_text file, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= file.size; i++) {
        if (memcmp(file.at + i, text, length) == 0) {
            return file.at + i;
        }
    }
    return NULL;
}

static bool holds(wh_pem_text file, const char *text)
{
    return find(file, text) != NULL;
}

static bool is_base64(wh_pem_text file)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n";
    for (size_t i = 0; i < file.size; i++) {
        if (file.at[i] == '\0' || strchr(digits, file.at[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_first_of_line(wh_pem_text file, const uint8_t *at)
{
    while (at > file.at && (at[-1] == ' ' || at[-1] == '\t')) {
        at--;
    }
    return at == file.at || at[-1] == '\n';
}

/* PEM to the eye, in which the reader finds no block. */
static form form_of_pem_alike(wh_pem_text file)
{
    if (memchr(file.at, '\n', file.size) == NULL && memchr(file.at, '\r', file.size) != NULL) {
        return FORM_CR;
    }
    const uint8_t *begin = find(file, "-----BEGIN ");
    if (!is_first_of_line(file, begin)) {
        return FORM_QUOTED;
    }
    if (holds(file, "-----\\n") || holds(file, "-----\\r\\n")) {
        return FORM_ESCAPED;
    }
    const uint8_t *newline = memchr(begin, '\n', file.size - (size_t)(begin - file.at));
    const uint8_t *end = newline != NULL ? newline : file.at + file.size;
    wh_pem_text label = {begin + 11, (size_t)(end - begin) - 11};
    const uint8_t *tail = find(label, "-----");
    if (tail == NULL) {
        return FORM_NOTHING; /* too few dashes */
    }
    if (tail + 6 < end) { /* more than the line's own end */
        return FORM_ONE_LINE;
    }
    return begin == file.at || begin[-1] == '\n' ? FORM_NOTHING : FORM_INDENTED;
}

static form form_of_text(wh_pem_text file)
{
    if (holds(file, "-----BEGIN ")) {
        return form_of_pem_alike(file);
    }
    if (holds(file, "BEGIN SSH2 PUBLIC KEY") || begins(file, "ssh-", 4) || begins(file, "ecdsa-sha2-", 11)) {
        return FORM_OPENSSH_PUBLIC_KEY;
    }
    if (holds(file, "<html") || holds(file, "<HTML") || holds(file, "<!DOCTYPE")) {
        return FORM_PAGE;
    }
    return begins(file, "MI", 2) && is_base64(file) ? FORM_BASE64 : FORM_NOTHING;
}

/* OpenPGP's first byte has the highest bit set, and then says a key, or a signature (RFC 9580 4.2). */
static bool is_pgp(wh_pem_text file)
{
    static const uint8_t packets[] = {0x94, 0x95, 0x98, 0x99, 0xc5, 0xc6};
    return memchr(packets, file.at[0], sizeof packets) != NULL;
}

static form form_of(wh_pem_text file)
{
    if (file.size == 0) {
        return FORM_EMPTY;
    }
    if (begins(file, "\xff\xfe", 2) || begins(file, "\xfe\xff", 2)) {
        return FORM_UTF16;
    }
    if (begins(file, "\xfe\xed\xfe\xed", 4)) {
        return FORM_JKS;
    }
    if (file.at[0] == WH_DER_SEQUENCE) {
        form found = form_of_der((wh_der){file.at, file.size});
        if (found != FORM_NOTHING) {
            return found;
        }
    }
    if (wh_bundle_count((wh_der){file.at, file.size}) > 0) {
        return FORM_BUNDLE;
    }
    return is_pgp(file) ? FORM_PGP : form_of_text(file);
}

const wh_file_form *wh_file_form_of(wh_pem_text file)
{
    return &forms[form_of(file)];
}
