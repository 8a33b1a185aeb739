#include "tls/unsent.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Plaintext that waits to be sent, in bytes. */
    UNSENT_MAX = 32768,
    /* So much of it goes into one packet. */
    JOINED_MAX = 1024,
};

struct wh_unsent {
    wh_unsent *next;
    size_t size;
    size_t sent;
    uint8_t bytes[];
};

static atomic_size_t unsent_bytes;
static wh_unsent *first;
/* What points to the last of them. */
static wh_unsent **last_link;

wh_unsent *wh_unsent_make(const void *bytes, size_t size)
{
    wh_unsent *made = NULL;
    if (atomic_fetch_add(&unsent_bytes, size) + size <= UNSENT_MAX) {
        made = malloc(sizeof *made + size);
    }
    if (made == NULL) {
        atomic_fetch_sub(&unsent_bytes, size);
        return NULL;
    }
    *made = (wh_unsent){.size = size};
    memcpy(made->bytes, bytes, size);
    return made;
}

void wh_unsent_drop(wh_unsent *piece)
{
    atomic_fetch_sub(&unsent_bytes, piece->size);
    free(piece);
}

static void drop_first(void)
{
    wh_unsent *done = first;
    first = done->next;
    if (first == NULL || first->next == NULL) {
        last_link = first != NULL ? &first : NULL;
    }
    wh_unsent_drop(done);
}

/* What an app writes piece by piece, head and body of a request above all, goes out as one record and one
 * packet as long as it waits. True if it was joined to what waits. */
static bool join(const wh_unsent *piece)
{
    wh_unsent *waiting = last_link != NULL ? *last_link : NULL;
    if (waiting == NULL || waiting->sent > 0 || waiting->size + piece->size > JOINED_MAX) {
        return false;
    }
    wh_unsent *joined = realloc(waiting, sizeof *joined + waiting->size + piece->size);
    if (joined == NULL) {
        return false;
    }
    *last_link = joined;
    memcpy(joined->bytes + joined->size, piece->bytes, piece->size);
    joined->size += piece->size;
    return true;
}

void wh_unsent_append(wh_unsent *piece)
{
    if (join(piece)) {
        free(piece); /* its bytes still wait */
        return;
    }
    last_link = last_link == NULL || *last_link == NULL ? &first : &(*last_link)->next;
    *last_link = piece;
}

bool wh_unsent_is_empty(void)
{
    return first == NULL;
}

void wh_unsent_write(wh_connect *connect)
{
    while (first != NULL) {
        int taken = wh_connect_write(connect, first->bytes + first->sent, first->size - first->sent);
        if (taken <= 0) {
            return;
        }
        first->sent += (size_t)taken;
        if (first->sent == first->size) {
            drop_first();
        }
    }
}

void wh_unsent_drop_all(void)
{
    while (first != NULL) {
        drop_first();
    }
}
