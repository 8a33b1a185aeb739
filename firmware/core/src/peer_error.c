#include "peer_error.h"

#include <stddef.h>
#include <stdint.h>

#include <wolfssl/error-ssl.h>
#include <wolfssl/ssl.h>

static wh_error from_alert(const wh_peer_failure *failure)
{
    switch (failure->alert) {
    case wolfssl_alert_protocol_version:
    case insufficient_security:
        return failure->hello_answered ? WH_PEER_ALERT : WH_PEER_VERSION;
    case certificate_required:
        return WH_PEER_WANTS_CERTIFICATE;
    case no_application_protocol:
        return WH_PEER_ALPN;
    case bad_certificate:
    case unsupported_certificate:
    case certificate_revoked:
    case certificate_expired:
    case certificate_unknown:
    case unknown_ca:
    case access_denied:
        return failure->has_certificate ? WH_PEER_REFUSES_CERTIFICATE : WH_PEER_ALERT;
    default:
        return WH_PEER_ALERT;
    }
}

static bool is_asn1_error(int error)
{
    return error <= ASN_PARSE_E && error >= ASN_ECC_KEY_E;
}

/* What wolfSSL's errors mean, where they mean one thing whatever the server said. */
static const struct {
    int16_t wolfssl_error;
    int16_t error;
} meanings[] = {
    {ASN_NO_SIGNER_E, WH_PEER_UNTRUSTED},
    {ASN_SELF_SIGNED_E, WH_PEER_UNTRUSTED},
    {ASN_SIG_CONFIRM_E, WH_PEER_UNTRUSTED},
    {DOMAIN_NAME_MISMATCH, WH_PEER_NAME},
    {IPADDR_MISMATCH, WH_PEER_NAME},
    {ASN_AFTER_DATE_E, WH_PEER_EXPIRED},
    {ASN_BEFORE_DATE_E, WH_PEER_NOT_YET},
    {MEMORY_E, WH_PLATFORM_MEMORY},
    {MEMORY_ERROR, WH_PLATFORM_MEMORY},
    {RNG_FAILURE_E, WH_PLATFORM_ENTROPY},
    {SOCKET_ERROR_E, WH_PEER_CLOSED},
    {SOCKET_PEER_CLOSED_E, WH_PEER_CLOSED},
    {WOLFSSL_ERROR_ZERO_RETURN, WH_PEER_CLOSED}, /* close_notify */
    {VERSION_ERROR, WH_PEER_VERSION},
    {UNSUPPORTED_SUITE, WH_PEER_VERSION},
    {MATCH_SUITE_ERROR, WH_PEER_VERSION},
    {UNKNOWN_ALPN_PROTOCOL_NAME_E, WH_PEER_ALPN},
    {VERIFY_CERT_ERROR, WH_PEER_CERTIFICATE},
    {ASN_PATHLEN_SIZE_E, WH_PEER_CERTIFICATE},
    {ASN_PATHLEN_INV_E, WH_PEER_CERTIFICATE},
    {ASN_NAME_INVALID_E, WH_PEER_CERTIFICATE},
    {KEYUSE_SIGNATURE_E, WH_PEER_CERTIFICATE},
    {KEYUSE_ENCIPHER_E, WH_PEER_CERTIFICATE},
    {EXTKEYUSE_AUTH_E, WH_PEER_CERTIFICATE},
    {NOT_CA_ERROR, WH_PEER_CERTIFICATE},
    {MAX_CHAIN_ERROR, WH_PEER_CERTIFICATE},
    {RSA_KEY_SIZE_E, WH_PEER_CERTIFICATE},
    {ECC_KEY_SIZE_E, WH_PEER_CERTIFICATE},
    {WC_KEY_SIZE_E, WH_PEER_CERTIFICATE},
};

wh_error wh_peer_error(const wh_peer_failure *failure)
{
    if (failure->wolfssl_error == VERSION_ERROR && failure->hello_taken) {
        return WH_PEER_PROTOCOL; /* of a record: the version was agreed on */
    }
    if (failure->wolfssl_error == HANDSHAKE_SIZE_ERROR && failure->certificate_due) {
        return WH_PEER_CERTIFICATE; /* a chain of more than MAX_CERTIFICATE_SZ */
    }
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].wolfssl_error == failure->wolfssl_error) {
            return (wh_error)meanings[i].error;
        }
    }
    if (is_asn1_error(failure->wolfssl_error)) {
        return WH_PEER_CERTIFICATE;
    }
    return failure->alert >= 0 ? from_alert(failure) : WH_PEER_PROTOCOL;
}

bool wh_peer_error_is_of_dates(int error)
{
    return error == WH_PEER_EXPIRED || error == WH_PEER_NOT_YET || error == WH_PEER_CA_EXPIRED ||
           error == WH_PEER_CA_NOT_YET || error == WH_PLATFORM_CLOCK;
}

bool wh_peer_error_is_verdict(int error)
{
    return error == WH_PEER_UNTRUSTED || error == WH_PEER_NAME || error == WH_PEER_CERTIFICATE ||
           wh_peer_error_is_of_dates(error) || error <= WH_USAGE_ARGUMENT;
}
