/** Sessions for tests of the store: real ones of a handshake in memory, told apart by a
 * number that is in the session's secret and, a second time, in the record's header.
 */
#ifndef TEST_SESSIONS_H
#define TEST_SESSIONS_H

#include <stdbool.h>
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
    wh_record_info info;
    wh_instant now;
} got_session;

#define UNKNOWN_SESSION UINT32_MAX

/** Shakes hands once for each protocol. Needs no platform and leaves none. Ends the process
 * on failure. */
void sessions_make_templates(void);

/** Takes those of test/vectors/sessions.txt instead, which are the same on every machine. */
void sessions_read_templates(void);

/** One of a few configurations to be bound to. */
wh_binding binding_number(unsigned n);

/** Another peer, and its session. */
enum { NEIGHBOUR = 9, NEIGHBOUR_SERIAL = 1000000 };

/** How a session comes into RTC RAM. */
typedef struct putting {
    /** Sessions of TLS 1.2 may be offered again and again, those of TLS 1.3 once. */
    wh_protocol protocol;
    unsigned binding;
    /** Those of a pinned peer keep others out. */
    bool pinned;
    /** What is there already stays as the spare. */
    bool beside;
    /** What a resumption hands on, NULL for a full handshake. */
    const wh_lineage *lineage;
} putting;

/** Puts session `serial` into RTC RAM. */
int put_session(uint32_t serial, const putting *how);

/** Whether it goes out on trust: nobody knows how old it is. `counted`: what it hands on then. */
bool goes_on_trust(const got_session *got, wh_lineage *counted);

/** Seals one and writes it to flash, as the second ticket of a connection. */
int persist_session(uint32_t serial, wh_protocol protocol, unsigned binding);

got_session get_session(unsigned binding);

/** wh_store_persist_rtc(). */
int persist_rtc(unsigned binding);

#endif
