#include "warmhello/session.h"

#include <wolfssl/ssl.h>

/* Where wolfSSL_i2d_SSL_SESSION writes the length of the session ID: after side
 * (1), bornOn (4) and timeout (4). Without OPENSSL_EXTRA no function tells it.
 * A test compares it with what the server sent. */
#define ID_SIZE_OFFSET 9
#define FULL_ID_SIZE 32
/* After the ID: the master secret, then whether it is an extended one. */
#define MASTER_SECRET_SIZE 48

/* False for a serialised session that wolfSSL could not use in a later handshake, or
 * should not. */
static bool is_sound_tls12(const uint8_t *bytes, int length, bool has_ticket)
{
    int id_size = bytes[ID_SIZE_OFFSET];
    /* wolfSSL does not recognise the echo of a shorter ID and ends the handshake (-373). */
    if (!has_ticket && id_size != FULL_ID_SIZE) {
        return false;
    }
    /* A session without extended master secret must not be resumed (RFC 7627 5.3). */
    int ems_offset = ID_SIZE_OFFSET + 1 + id_size + MASTER_SECRET_SIZE;
    return ems_offset < length && bytes[ems_offset] != 0;
}

int wh_session_capture(WOLFSSL *ssl, wh_session *out)
{
    *out = WH_SESSION_EMPTY;
    WOLFSSL_SESSION *native = wolfSSL_get1_session(ssl);
    if (native == NULL) {
        return WH_MISS_NOT_RESUMABLE;
    }
    wh_session session = {native};
    bool resumable = wolfSSL_SessionIsSetup(native) != 0;
    if (wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3) {
        resumable =
            resumable && wolfSSL_SESSION_has_ticket(native) != 0 && wolfSSL_SESSION_get_timeout(native) > 0;
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

int wh_session_attach(const wh_session *session, WOLFSSL *ssl)
{
    return wolfSSL_set_session(ssl, session->native) == WOLFSSL_SUCCESS ? WH_OK : WH_MISS_UNUSABLE;
}

wh_kind wh_session_kind(const wh_session *session, wh_protocol protocol)
{
    if (protocol == WH_TLS13) {
        return WH_KIND_PSK;
    }
    return wolfSSL_SESSION_has_ticket(session->native) != 0 ? WH_KIND_TICKET : WH_KIND_ID;
}

int wh_session_save(const wh_session *session, wh_protocol protocol, uint8_t *out, size_t size)
{
    int length = wolfSSL_i2d_SSL_SESSION(session->native, NULL);
    if (length <= ID_SIZE_OFFSET) {
        return WH_MISS_NOT_RESUMABLE;
    }
    if ((size_t)length > size) {
        return WH_PLATFORM_RTC;
    }
    unsigned char *end = out;
    length = wolfSSL_i2d_SSL_SESSION(session->native, &end);
    bool has_ticket = wolfSSL_SESSION_has_ticket(session->native) != 0;
    if (length <= ID_SIZE_OFFSET || (protocol == WH_TLS12 && !is_sound_tls12(out, length, has_ticket))) {
        return WH_MISS_NOT_RESUMABLE;
    }
    return length;
}

int wh_session_load(const uint8_t *bytes, size_t size, wh_session *out)
{
    const unsigned char *end = bytes;
    out->native = wolfSSL_d2i_SSL_SESSION(NULL, &end, (long)size);
    if (out->native == NULL || end != bytes + size) {
        wh_session_release(out);
        return WH_DAMAGE_SESSION;
    }
    return WH_OK;
}

void wh_session_release(wh_session *session)
{
    if (session->native != NULL) {
        wolfSSL_SESSION_free(session->native);
        session->native = NULL;
    }
}
