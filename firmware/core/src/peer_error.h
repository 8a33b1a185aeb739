/* wolfSSL's error numbers in words of our own. Private. */
#ifndef WH_PEER_ERROR_H
#define WH_PEER_ERROR_H

#include <stdbool.h>

#include "warmhello/errors.h"

/** How a connection failed. */
typedef struct wh_peer_failure {
    int wolfssl_error;
    /** The fatal alert that the server sent (RFC 8446 6), or -1. */
    int alert;
    /** The server had answered the ClientHello with one of its own, so a common version
     * and cipher suite exist. */
    bool hello_answered;
    /** And this client has agreed to that. */
    bool hello_taken;
    /** The server goes on in full, and its certificate is the message that comes next. */
    bool certificate_due;
    /** This client can present a certificate. */
    bool has_certificate;
} wh_peer_failure;

wh_error wh_peer_error(const wh_peer_failure *failure);

/** True for verdicts about dates, and so about the clock that they were judged by. */
bool wh_peer_error_is_of_dates(int error);

/** True for verdicts about the server's certificate, and for files of the client that cannot be used.
 * They come from a full handshake, so another one would end the same way. */
bool wh_peer_error_is_verdict(int error);

#endif
