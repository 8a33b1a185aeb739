/* The ClientHello of a connection: what it is made of, and whether it may still leave once TCP is up. Private
 * to conn.c. */
#ifndef WH_HELLO_H
#define WH_HELLO_H

#include "conn.h"

/* Makes the WOLFSSL of a hello of now: the session that may be offered is attached, and none is spent.
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_hello_make(wh_conn *conn);

/* The hello leaves: makes it if that was not done, or anew if it is older than 5 s or would be another one by
 * now. From here on its session counts as offered, and is spent if it may go out only once.
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_hello_commit(wh_conn *conn);

/* Another hello is to be made, and nothing of this one has left. */
void wh_hello_drop(wh_conn *conn);

#endif
