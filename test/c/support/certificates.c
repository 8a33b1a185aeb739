#include "certificates.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static identity make_identity(const char *name, long from_s, long to_s)
{
    static long serial = 1;
    identity made = {EVP_EC_gen("P-256"), X509_new()};
    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), from_s);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), to_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_pubkey(made.certificate, made.key);
    return made;
}

identity make_authority(void)
{
    identity ca = make_identity("warmhello test CA", -86400, 86400L * 3650);
    X509_set_issuer_name(ca.certificate, X509_get_subject_name(ca.certificate));
    add_extension(ca.certificate, ca.certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(ca.certificate, ca.certificate, NID_key_usage, "critical,keyCertSign");
    add_extension(ca.certificate, ca.certificate, NID_subject_key_identifier, "hash");
    X509_sign(ca.certificate, ca.key, EVP_sha256());
    return ca;
}

identity make_server_identity(const identity *authority, const char *name, long from_s, long to_s)
{
    identity server = make_identity(name, from_s, to_s);
    X509_set_issuer_name(server.certificate, X509_get_subject_name(authority->certificate));
    char names[300];
    int is_address = name[strspn(name, "0123456789.")] == '\0';
    (void)snprintf(names, sizeof names, "%s:%s", is_address ? "IP" : "DNS", name);
    add_extension(server.certificate, authority->certificate, NID_subject_alt_name, names);
    add_extension(server.certificate, authority->certificate, NID_authority_key_identifier, "keyid");
    X509_sign(server.certificate, authority->key, EVP_sha256());
    return server;
}

void free_identity(identity *made)
{
    EVP_PKEY_free(made->key);
    X509_free(made->certificate);
    made->key = NULL;
    made->certificate = NULL;
}
