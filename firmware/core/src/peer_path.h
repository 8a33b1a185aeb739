/* From a server's certificate to a CA: what wolfSSL says of each certificate that the server sent, in
 * whatever order, and what follows. Private.
 *
 * wolfSSL takes a chain from its end to its beginning and breaks off at the first certificate that does not
 * lead to a CA. Servers send more than that: roots signed by older roots, intermediates in any order,
 * certificates that have expired since. RFC 8446 4.4.2 asks clients to find their way. Here a certificate
 * without a way to a CA is left aside, and looked at again when others are known; the server's own decides.
 * Each one that is used was verified by wolfSSL in whole, and nothing that was left aside can sign.
 */
#ifndef WH_PEER_PATH_H
#define WH_PEER_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"

/* Before a handshake, and again after an end in its middle. */
void wh_peer_path_begin(wh_peer_path *path, wh_client *client);
void wh_peer_path_end(wh_peer_path *path);

/* Around each call of wolfSSL that may take in certificates: `path` is of the connection that it is for; NULL
 * afterwards. */
void wh_peer_path_enter(wh_peer_path *path);

#endif
