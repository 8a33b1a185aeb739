/** Sessions for tests of the store: real ones of a handshake in memory, told apart by a
 * number that is in the session's secret and, a second time, in the record's header.
 */
#ifndef TEST_SESSIONS_H
#define TEST_SESSIONS_H

#include <stdint.h>

#include "warmhello/store.h"
#include "kept.h"

/** What a get brought. */
typedef struct got_session {
    /** WH_OK, or why none. */
    int result;
    /** 0 when none, and UNKNOWN_SESSION for one whose two numbers differ. */
    uint32_t serial;
    uint32_t generation;
    wh_age age;
} got_session;

#define UNKNOWN_SESSION UINT32_MAX

/** Shakes hands once for each protocol. Needs no platform and leaves none. Ends the process
 * on failure. */
void sessions_make_templates(void);

/** One of a few configurations to be bound to. */
wh_binding binding_number(unsigned n);

/** Puts session `serial` into RTC RAM. TLS 1.2 sessions may be offered again and again, those
 * of TLS 1.3 once. Those of a pinned peer keep others out. */
int put_session(uint32_t serial, wh_protocol protocol, unsigned binding, bool pinned);

/** Seals one and writes it to flash, as the second ticket of a connection. */
int persist_session(uint32_t serial, wh_protocol protocol, unsigned binding);

got_session get_session(unsigned binding);

#endif
