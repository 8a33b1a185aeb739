/* What the app has written and the connect has not taken yet, in order. */
#ifndef WH_UNSENT_H
#define WH_UNSENT_H

#include <stdbool.h>
#include <stddef.h>

#include "warmhello/connect.h"

/* A piece as the app wrote it. */
typedef struct wh_unsent wh_unsent;

/* Copies it, on any task. NULL: no memory, or more waits than may. What is not appended is dropped. */
wh_unsent *wh_unsent_make(const void *bytes, size_t size);
void wh_unsent_drop(wh_unsent *piece);

/* The rest is the TLS task's. Puts it behind what waits, joined to that where both go into one packet. */
void wh_unsent_append(wh_unsent *piece);

bool wh_unsent_is_empty(void);

/* Gives the connect as much as it takes now. */
void wh_unsent_write(wh_connect *connect);

void wh_unsent_drop_all(void);

#endif
