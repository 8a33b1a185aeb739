#include "outcomes.h"

const wh_outcome longest_outcome = {
    .result = WH_RESULT_PENDING,
    .reason = WH_REASON_AUTHENTICATION_OLD,
    .error = WH_PEER_NOT_YET,
    .alert = 255,
    .wolfssl_error = -2147483647,
    .protocol = WH_TLS12,
    .kind = WH_KIND_TICKET,
    .cipher = 0xcca9,
    .group = "secp384r1",
    .handshake_us = UINT32_MAX,
    .handshake_tx = UINT32_MAX,
    .handshake_rx = UINT32_MAX,
    .flights = UINT32_MAX,
    .total_tx = UINT32_MAX,
    .total_rx = UINT32_MAX,
    .session_age_s = UINT32_MAX - 1,
    .session_lifetime_s = UINT32_MAX,
    .backoff_s = UINT32_MAX,
    .stored = WH_TIERS_FLASH,
    .store_error = WH_PEER_REFUSES_CERTIFICATE,
};
