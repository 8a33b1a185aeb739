/* Early data of a connection (RFC 8446 2.3): whether the hello offers any, what leaves behind it, and whether
 * the server took it. Private to conn.c and hello.c.
 *
 * wolfSSL leaves three things to its caller: the limit that came with the session's ticket; that the
 * application protocol is the session's (RFC 8446 4.2.10); and that a server which has asked for another
 * hello cannot have taken anything. */
#ifndef WH_EARLY_DATA_H
#define WH_EARLY_DATA_H

#include "conn.h"

/* The hello that is about to be made, with a session attached, offers early data if that may be done. */
WH_MUST_CHECK int wh_early_data_offer(wh_conn *conn);

/* Whether what was offered is what would be offered now. */
bool wh_early_data_stands(const wh_conn *conn);

/* wolfSSL may be told to go on with the handshake: what is to leave before the server's answer has left, as
 * far as it may. Otherwise what wolfSSL says. */
WH_MUST_CHECK int wh_early_data_send(wh_conn *conn);

/* The handshake is done, and the outcome's result is set: sets what became of it. */
void wh_early_data_settle(wh_conn *conn);

#endif
