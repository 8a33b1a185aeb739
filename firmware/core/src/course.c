#include "course.h"

#include "clock.h"
#include "policy.h"

/* What each part of a connect may take, in milliseconds, unless the deadline comes first, and what it ends in
 * then. In proportion more where the deadline is longer than usual.
 *
 * A scan of all channels takes 2.5 s, WPA3 one second, and a remembered access point that does not answer may
 * cost a second before the scan. DHCP and DNS ask three times in their time, TCP sends two or three SYN. */
static const struct {
    uint16_t limit_ms;
    int16_t error;
} parts[] = {
    [WH_PHASE_NETWORK] = {8000, WH_NETWORK_NONE},
    [WH_PHASE_ADDRESS] = {5000, WH_NETWORK_NO_ADDRESS},
    [WH_PHASE_NAME] = {5000, WH_NETWORK_UNKNOWN_HOST},
    [WH_PHASE_TRYING] = {6000, WH_NETWORK_TIMEOUT},
};
uint32_t wh_course_at_most(uint32_t ms)
{
    return ms < INT32_MAX ? ms : INT32_MAX;
}

void wh_course_look_at_clock(wh_connect *c)
{
    c->now_ms = (uint32_t)((wh_clock_elapsed_us() - c->began_us) / 1000);
}

void wh_course_note_movement(wh_connect *c)
{
    wh_course_look_at_clock(c);
    c->moved_ms = c->now_ms;
}

uint32_t wh_course_left_ms(const wh_connect *c, uint32_t until_ms)
{
    int32_t left = (int32_t)(until_ms - c->now_ms);
    return left > 0 ? (uint32_t)left : 0;
}

bool wh_course_is_due(const wh_connect *c, uint32_t at_ms)
{
    return wh_course_left_ms(c, at_ms) == 0;
}

uint32_t wh_course_limit_ms(const wh_connect *c, uint32_t part_ms)
{
    uint32_t timeout_ms = c->options.timeout_ms;
    if (timeout_ms > WH_CONNECT_TIMEOUT_DEFAULT_MS) {
        part_ms =
            wh_course_at_most((uint32_t)((uint64_t)part_ms * timeout_ms / WH_CONNECT_TIMEOUT_DEFAULT_MS));
    }
    uint32_t left = wh_course_left_ms(c, timeout_ms);
    return c->now_ms + (part_ms < left ? part_ms : left);
}

void wh_course_enter(wh_connect *c, wh_phase next)
{
    c->phase = (int)next;
    c->part_ms = wh_course_limit_ms(c, parts[next].limit_ms);
    c->has_sooner = false;
}

int wh_course_error_of(wh_phase phase)
{
    return parts[phase].error;
}

void wh_course_set_sooner(wh_connect *c, uint32_t at_ms)
{
    c->sooner_ms = at_ms;
    c->has_sooner = true;
}

bool wh_course_is_offline(const wh_connect *c)
{
    return c->phase <= WH_PHASE_ADDRESS;
}

/* ---- The end -------------------------------------------------------------------------------------- */

void wh_course_retire_all(wh_connect *c, const wh_attempt *but)
{
    for (int i = 0; i < WH_CONNECT_TCPS; i++) {
        if (c->attempts[i] != NULL && c->attempts[i] != but) {
            wh_attempt_retire(c->attempts[i]);
        }
    }
}

void wh_course_end(wh_connect *c, int error)
{
    if (c->was_open && c->chosen != NULL) {
        wh_conn_close(&c->chosen->conn); /* keeps the session, if that has not been done */
    }
    if (c->client != NULL) {
        c->client->fallback = false; /* whatever was asked for was this connect's */
    }
    c->error = error;
    c->phase = WH_PHASE_ENDING;
    if (c->due == WH_STEP_OPENED) {
        c->due = WH_STEP_WAIT; /* what is left to send, and the close, wait for that no more */
    }
    wh_course_retire_all(c, NULL);
}

/* Failures of the server itself, before TLS. */
static bool is_servers_fault(int error)
{
    return error == WH_NETWORK_REFUSED || error == WH_NETWORK_TIMEOUT;
}

/* The network is left alone as long as a server would be. */
static uint32_t backoff_s(const wh_connect *c, int error)
{
    if (c->client == NULL) {
        return 0;
    }
    if (wh_course_is_offline(c) && (error == WH_NETWORK_NONE || error == WH_NETWORK_NO_ADDRESS)) {
        return wh_policy_backoff_s(&c->client->config.policy, c->options.offline_wakes + 1);
    }
    return is_servers_fault(error) ? wh_resumption_unreachable(c->client) : 0;
}

/* No handshake has come to its end: this is what there is to tell. */
static void note_failure(wh_connect *c, int error)
{
    if (c->chosen != NULL) {
        c->outcome = *wh_conn_outcome(&c->chosen->conn);
        c->chosen = NULL;
    }
    if (c->outcome.result == WH_RESULT_PENDING) {
        c->outcome.result = WH_RESULT_FAILED;
        c->outcome.alert = -1;
        c->outcome.error = error;
        c->outcome.backoff_s = backoff_s(c, error);
    }
    c->outcome.attempts = (uint8_t)c->tries;
}

void wh_course_fail(wh_connect *c, int error)
{
    if (c->chosen != NULL) {
        wh_conn_no_fallback(&c->chosen->conn);
    }
    if (!c->was_open) {
        bool was_broken_off = c->chosen == NULL && c->awaits_second && error != WH_NETWORK_NONE;
        note_failure(c, error);
        if (was_broken_off) { /* the first attempt, by the server; the second has not come about */
            c->outcome.backoff_s = wh_resumption_unreachable(c->client);
        }
    }
    wh_course_end(c, error);
}
