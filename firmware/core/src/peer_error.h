/* wolfSSL's error numbers in words of our own. Private. */
#ifndef WH_PEER_ERROR_H
#define WH_PEER_ERROR_H

#include <stdbool.h>

#include "warmhello/errors.h"

/** `alert` is the fatal alert that the server sent (RFC 8446 6), or -1. */
wh_error wh_peer_error(int wolfssl_error, int alert);

/** True for verdicts about the server's certificate. They come from a full
 * handshake, so another one would end the same way. */
bool wh_peer_error_is_verdict(int error);

#endif
