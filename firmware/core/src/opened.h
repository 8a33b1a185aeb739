/* A record whose seal was opened. Private. */
#ifndef WH_OPENED_H
#define WH_OPENED_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "record.h"

typedef struct wh_opened {
    wh_record_info info;
    /* The serialised session in clear, or NULL. In memory of the platform's. */
    uint8_t *session;
    size_t session_size;
    /* Of that memory. */
    size_t size;
} wh_opened;

/* Opens a seal; wh_opened_release() must follow. Errors as wh_record_open(). */
WH_MUST_CHECK int wh_opened_from(const uint8_t *record, size_t size, wh_opened *out);

/* Wipes and frees the session. May be called on zeros, and twice. */
void wh_opened_release(wh_opened *opened);

/* Memory of the platform's for what is or holds a session; wiped before it is given back. */
void *wh_allocate(size_t size);
void wh_release(void *memory, size_t size);

#endif
