#include "session.h"

#include <wolfssl/internal.h>
#include <wolfssl/ssl.h>

#include "memory_ran_out.h"
#include "wolfssl_clock.h"

/* ---- What wolfSSL_i2d_SSL_SESSION writes ------------------------------------------
 * Without OPENSSL_EXTRA no function tells these fields, so they are read here: side (1),
 * bornOn (4), timeout (4), ID's size (1), ID, master secret (48), whether that is an
 * extended one (1), size of another ID (1), that ID, version (2), cipher suite (2),
 * group (2), when the ticket came in milliseconds (8) ... big-endian. The version is
 * compared at every capture, so a wolfSSL that writes another format stores nothing. */
enum {
    AT_BORN_S = 1,
    AT_ID_SIZE = 9,
    FULL_ID_SIZE = 32,
    MASTER_SECRET_SIZE = 48,
};

typedef struct layout {
    size_t version;
    size_t ticket_seen_ms;
} layout;

/* False when the bytes end before the last of these fields. */
static bool read_layout(const uint8_t *bytes, size_t size, layout *out)
{
    if (size <= AT_ID_SIZE) {
        return false;
    }
    size_t other_id = AT_ID_SIZE + 1u + bytes[AT_ID_SIZE] + MASTER_SECRET_SIZE + 1u;
    if (size <= other_id) {
        return false;
    }
    out->version = other_id + 1 + bytes[other_id];
    out->ticket_seen_ms = out->version + 2 + 2 + 2;
    return out->ticket_seen_ms + 8 <= size;
}

static void put_be32(uint8_t *out, uint32_t value)
{
    for (size_t i = 4; i > 0; value >>= 8) {
        out[--i] = (uint8_t)value;
    }
}

/* What wolfSSL can use in a later handshake. */
static bool is_sound(const uint8_t *bytes, size_t size, wh_protocol protocol, bool has_ticket)
{
    layout at;
    if (!read_layout(bytes, size, &at) || bytes[at.version] != 3 ||
        bytes[at.version + 1] != (protocol == WH_TLS13 ? 4 : 3)) {
        return false;
    }
    if (protocol == WH_TLS13) {
        return true;
    }
    /* wolfSSL does not recognise the echo of a shorter ID and ends the handshake (-373). */
    return has_ticket || bytes[AT_ID_SIZE] == FULL_ID_SIZE;
}

/* A server may promise more than TLS allows, or than wolfSSL's clock can add to the present.
 * False for a lifetime of 0. */
static bool bound_lifetime(WOLFSSL_SESSION *native)
{
    uint32_t lifetime_s = (uint32_t)wolfSSL_SESSION_get_timeout(native);
    if (lifetime_s > WH_TICKET_LIFETIME_MAX_S) {
        (void)wolfSSL_SSL_SESSION_set_timeout(native, WH_TICKET_LIFETIME_MAX_S);
    }
    return lifetime_s > 0;
}

/* ---- A session's life --------------------------------------------------------------- */

int wh_session_capture(WOLFSSL *ssl, wh_session *out)
{
    *out = WH_SESSION_EMPTY;
    WOLFSSL_SESSION *native = wolfSSL_get1_session(ssl);
    if (native == NULL) {
        return WH_MISS_NOT_RESUMABLE;
    }
    wh_session session = {native, true};
    bool resumable = wolfSSL_SessionIsSetup(native) != 0;
    if (wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3) {
        resumable = resumable && wolfSSL_SESSION_has_ticket(native) != 0 && bound_lifetime(native);
    } else if (wolfSSL_SESSION_get_timeout(native) == 0) {
        (void)wolfSSL_SSL_SESSION_set_timeout(native, WH_LIFETIME_DEFAULT_S);
    }
    if (!resumable) {
        wh_session_release(&session);
        return WH_MISS_NOT_RESUMABLE;
    }
    *out = session;
    return WH_OK;
}

void wh_session_drop_ticket(WOLFSSL *ssl)
{
    ssl->session->ticketLen = 0;
}

int wh_session_attach(const wh_session *session, WOLFSSL *ssl)
{
    if (wolfSSL_set_session(ssl, session->native) != WOLFSSL_SUCCESS) {
        return WH_MISS_UNUSABLE;
    }
    /* wolfSSL would leave the extension out with a session that lacks it. A server that has learned it since
     * must see it, to go in full (RFC 7627 5.3). */
    ssl->options.haveEMS = 1;
    return WH_OK;
}

wh_kind wh_session_kind(const wh_session *session, wh_protocol protocol)
{
    if (protocol == WH_TLS13) {
        return WH_KIND_PSK;
    }
    return wolfSSL_SESSION_has_ticket(session->native) != 0 ? WH_KIND_TICKET : WH_KIND_ID;
}

size_t wh_session_size(const wh_session *session)
{
    int length = wolfSSL_i2d_SSL_SESSION(session->native, NULL);
    return length > 0 ? (size_t)length : 0;
}

int wh_session_save(const wh_session *session, wh_protocol protocol, uint8_t *out, size_t size)
{
    if (session->must_have_extended_master && session->native->haveEMS == 0) {
        return WH_MISS_NO_EXTENDED_MASTER; /* wolfSSL sets it in TLS 1.3, which has no need of it */
    }
    size_t needed = wh_session_size(session);
    if (needed == 0) {
        return WH_MISS_NOT_RESUMABLE;
    }
    if (needed > size) {
        return WH_PLATFORM_RTC;
    }
    unsigned char *end = out;
    int length = wolfSSL_i2d_SSL_SESSION(session->native, &end);
    bool has_ticket = wolfSSL_SESSION_has_ticket(session->native) != 0;
    if (length <= 0 || !is_sound(out, (size_t)length, protocol, has_ticket)) {
        return WH_MISS_NOT_RESUMABLE;
    }
    return length;
}

int wh_session_load(uint8_t *bytes, size_t size, uint64_t age_us, wh_session *out)
{
    *out = WH_SESSION_EMPTY;
    layout at;
    if (!read_layout(bytes, size, &at)) {
        return WH_DAMAGE_SESSION;
    }
    uint64_t seen_ms = wh_wolfssl_now_ms() - age_us / 1000u;
    put_be32(bytes + AT_BORN_S, wh_wolfssl_now_s() - (uint32_t)(age_us / 1000000u));
    put_be32(bytes + at.ticket_seen_ms, (uint32_t)(seen_ms >> 32));
    put_be32(bytes + at.ticket_seen_ms + 4, (uint32_t)seen_ms);
    const unsigned char *end = bytes;
    (void)wh_memory_ran_out();
    out->native = wolfSSL_d2i_SSL_SESSION(NULL, &end, (long)size);
    if (wh_memory_ran_out()) { /* no fault of the session's */
        wh_session_release(out);
        return WH_PLATFORM_MEMORY;
    }
    if (out->native == NULL || end != bytes + size) {
        wh_session_release(out);
        return WH_DAMAGE_SESSION;
    }
    return WH_OK;
}

uint32_t wh_session_lifetime_s(const wh_session *session)
{
    long lifetime_s = wolfSSL_SESSION_get_timeout(session->native);
    return lifetime_s > 0 ? (uint32_t)lifetime_s : 0;
}

uint32_t wh_session_early_limit(const wh_session *session)
{
    return session->native->maxEarlyDataSz;
}

void wh_session_release(wh_session *session)
{
    if (session->native != NULL) {
        wolfSSL_SESSION_free(session->native);
        session->native = NULL;
    }
}
