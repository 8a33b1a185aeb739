#include "peer_error.h"

#include <wolfssl/error-ssl.h>
#include <wolfssl/ssl.h>

static wh_error from_alert(const wh_peer_failure *failure)
{
    switch (failure->alert) {
    case handshake_failure:
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

wh_error wh_peer_error(const wh_peer_failure *failure)
{
    switch (failure->wolfssl_error) {
    case ASN_NO_SIGNER_E:
    case ASN_SELF_SIGNED_E:
    case ASN_SIG_CONFIRM_E:
        return WH_PEER_UNTRUSTED;
    case DOMAIN_NAME_MISMATCH:
    case IPADDR_MISMATCH:
        return WH_PEER_NAME;
    case ASN_AFTER_DATE_E:
        return WH_PEER_EXPIRED;
    case ASN_BEFORE_DATE_E:
        return WH_PEER_NOT_YET;
    case MEMORY_E:
    case MEMORY_ERROR:
        return WH_PLATFORM_MEMORY;
    case RNG_FAILURE_E:
        return WH_PLATFORM_ENTROPY;
    case SOCKET_ERROR_E:
    case SOCKET_PEER_CLOSED_E:
    case WOLFSSL_ERROR_ZERO_RETURN: /* close_notify */
        return WH_PEER_CLOSED;
    case VERSION_ERROR:
    case UNSUPPORTED_SUITE:
    case MATCH_SUITE_ERROR:
        return WH_PEER_VERSION;
    case UNKNOWN_ALPN_PROTOCOL_NAME_E:
        return WH_PEER_ALPN;
    case VERIFY_CERT_ERROR:
    case ASN_PATHLEN_SIZE_E:
    case ASN_PATHLEN_INV_E:
    case ASN_NAME_INVALID_E:
    case KEYUSE_SIGNATURE_E:
    case KEYUSE_ENCIPHER_E:
    case EXTKEYUSE_AUTH_E:
    case NOT_CA_ERROR:
    case MAX_CHAIN_ERROR:
        return WH_PEER_CERTIFICATE;
    default:
        break;
    }
    if (is_asn1_error(failure->wolfssl_error)) {
        return WH_PEER_CERTIFICATE;
    }
    return failure->alert >= 0 ? from_alert(failure) : WH_PEER_PROTOCOL;
}

bool wh_peer_error_is_verdict(int error)
{
    return error == WH_PEER_UNTRUSTED || error == WH_PEER_NAME || error == WH_PEER_EXPIRED ||
           error == WH_PEER_NOT_YET || error == WH_PEER_CERTIFICATE;
}
