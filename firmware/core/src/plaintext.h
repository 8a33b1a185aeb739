/* What the app does with a connect: it writes, reads and closes. Private to connect.c. */
#ifndef WH_PLAINTEXT_H
#define WH_PLAINTEXT_H

#include "warmhello/connect.h"

/* The app has closed, and hears nothing more; what comes may hold the ticket. Ends the connection when all
 * has left and nothing is waited for. */
void wh_plaintext_watch_close(wh_connect *c);

/* The goodbye is on its way: ends the connection when the server has closed as well, or takes too long. */
void wh_plaintext_watch_end(wh_connect *c);

/* It has opened, and the app may have closed it before. */
void wh_plaintext_open(wh_connect *c);

#endif
