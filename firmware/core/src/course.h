/* Where a connect is, its times, and its end. Private to connect.c and what it is made of. */
#ifndef WH_COURSE_H
#define WH_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"
#include "warmhello/connect.h"

typedef enum wh_phase {
    WH_PHASE_NETWORK, /* waits for the access point */
    WH_PHASE_ADDRESS, /* waits for an address of our own */
    WH_PHASE_NAME,    /* waits for the server's */
    WH_PHASE_TRYING,
    WH_PHASE_OPEN,
    WH_PHASE_CLOSING,   /* the app has closed: what it wrote leaves, and a ticket is waited for */
    WH_PHASE_LINGERING, /* close_notify is on its way */
    WH_PHASE_ENDING,    /* TCP is closed */
    WH_PHASE_OVER,
} wh_phase;

/* ---- Time: milliseconds since the connect began, which may come round -------------------------------- */

/* So that no time that is meant is taken for one that is over. */
uint32_t wh_course_at_most(uint32_t ms);

void wh_course_look_at_clock(wh_connect *c);

/* Something has come or gone. */
void wh_course_note_movement(wh_connect *c);

uint32_t wh_course_left_ms(const wh_connect *c, uint32_t until_ms);
bool wh_course_is_due(const wh_connect *c, uint32_t at_ms);

/* When a part that begins now and may take so long is given up: with the deadline at the latest, and in
 * proportion later where that is longer than usual. */
uint32_t wh_course_limit_ms(const wh_connect *c, uint32_t part_ms);

/* The next part of the connect begins, which has its own limit, and its own error at that. */
void wh_course_enter(wh_connect *c, wh_phase next);
int wh_course_error_of(wh_phase phase);

/* Something else is to be done before the part's limit. */
void wh_course_set_sooner(wh_connect *c, uint32_t at_ms);

bool wh_course_is_offline(const wh_connect *c);

/* ---- The end ------------------------------------------------------------------------------------------ */

/* No attempt but this one is wanted any more; NULL: none is. */
void wh_course_retire_all(wh_connect *c, const wh_attempt *but);

/* It is over; WH_OK: properly. */
void wh_course_end(wh_connect *c, int error);

/* It has failed. Where no handshake has come to its end, that is the outcome. */
void wh_course_fail(wh_connect *c, int error);

#endif
