#include "learning.h"

#include "warmhello/platform.h"

#define MINUTE_US UINT64_C(60000000)

/* ---- For how long it holds ---------------------------------------------------------------------------- */

enum { KEPT_FIRST = 8, LEVEL_MAX = 4 };

static bool has_learned(const wh_peer *peer)
{
    return (peer->lacks & WH_LACKS_FOR_LONG) != 0 || peer->group != 0 || peer->declined != 0;
}

void wh_learning_keep(wh_peer *peer)
{
    if (has_learned(peer) && peer->left == 0) {
        unsigned level = peer->level < LEVEL_MAX ? peer->level : LEVEL_MAX;
        peer->left = (uint8_t)(KEPT_FIRST << level);
    }
}

/* Who does not wait for late tickets measures neither them nor resumptions any more, and would never wait
 * again. */
static void forget_what_declined(wh_peer *peer)
{
    if (peer->declined != 0) {
        peer->resumed_ms = 0;
        peer->ticket_ms = 0;
        peer->lifetime_min = 0;
    }
}

/* One more full handshake has gone by what is known. */
static void age(wh_peer *peer)
{
    if (!has_learned(peer)) {
        peer->left = 0;
        peer->level = 0;
    } else if (peer->left > 1) {
        peer->left--;
    } else if (peer->left == 1) {
        peer->left = 0;
        peer->level += peer->level < LEVEL_MAX;
        peer->lacks &= (uint8_t)~WH_LACKS_FOR_LONG;
        peer->group = 0;
        forget_what_declined(peer);
    }
}

/* ---- What a handshake shows --------------------------------------------------------------------------- */

static uint16_t at_most_16_bits(uint64_t number)
{
    return number < UINT16_MAX ? (uint16_t)number : UINT16_MAX;
}

/* What is measured differs each time; a quarter more or less is no news, and is not worth a write. */
static void measure(uint16_t *known, uint64_t number)
{
    uint16_t seen = at_most_16_bits(number);
    uint16_t apart = seen > *known ? (uint16_t)(seen - *known) : (uint16_t)(*known - seen);
    if (apart > *known / 4) {
        *known = seen;
    }
}

void wh_learning_refused_psk_ke(wh_peer *peer)
{
    /* One that took it before may have lost its keys; it is in doubt until the next time. */
    peer->lacks = (peer->lacks & WH_HAS_PSK_KE) != 0 ? peer->lacks & (uint8_t)~WH_HAS_PSK_KE
                                                     : peer->lacks | WH_LACKS_PSK_KE;
    wh_learning_keep(peer);
}

void wh_learning_opened(wh_peer *peer, const wh_handshake *seen)
{
    measure(seen->is_full ? &peer->full_ms : &peer->resumed_ms, seen->ms);
    if (!seen->is_full) {
        peer->declined = 0;
        if (seen->without_exchange) {
            peer->lacks = (peer->lacks & (uint8_t)~WH_LACKS_PSK_KE) | WH_HAS_PSK_KE;
        }
        return;
    }
    if (seen->without_exchange) {
        wh_learning_refused_psk_ke(peer);
    }
    if (seen->is_tls13) {
        peer->group = seen->group == WH_GROUP_FIRST ? 0 : (uint8_t)seen->group;
    }
    age(peer);
    wh_learning_keep(peer);
}

void wh_learning_away(wh_peer *peer, uint64_t us)
{
    uint64_t min = us / MINUTE_US;
    if (min > 0) {
        measure(&peer->interval_min, min);
    }
}

void wh_learning_ticket(wh_peer *peer, uint32_t late_ms, uint32_t lifetime_s)
{
    peer->lifetime_min = at_most_16_bits(lifetime_s / 60u + (lifetime_s % 60u != 0));
    if (late_ms > 0) {
        measure(&peer->ticket_ms, late_ms);
    }
}

/* ---- The wait for a ticket ---------------------------------------------------------------------------- */

/* What a ticket saves the next connect, in milliseconds in which the radio is on. */
static uint32_t saving_ms(const wh_peer *peer)
{
    uint32_t said_ms = wh_platform_get()->saving_ms;
    if (said_ms != 0) {
        return said_ms;
    }
    if (peer->full_ms == 0 || peer->resumed_ms == 0) {
        return WH_TICKET_WAIT_DEFAULT_MS;
    }
    return peer->full_ms > peer->resumed_ms ? (uint32_t)(peer->full_ms - peer->resumed_ms) : 0;
}

static wh_ticket_wait decide(const wh_policy *policy, const wh_peer *peer, const wh_wait_question *q)
{
    uint32_t interval_s = peer->interval_min * 60u;
    if ((peer->lacks & (q->is_resumed ? WH_LACKS_TICKET_RESUMED : WH_LACKS_TICKET_FULL)) != 0) {
        return WH_WAIT_IN_VAIN;
    }
    if (policy->ticket_wait_ms != 0) {
        return WH_WAIT_SET;
    }
    if (q->another_s > 0 && q->another_s >= interval_s + interval_s / 4) {
        return WH_WAIT_HAS_ANOTHER;
    }
    if (peer->lifetime_min > 0 && peer->lifetime_min <= peer->interval_min) {
        return WH_WAIT_EXPIRES;
    }
    uint32_t saving = saving_ms(peer);
    return saving == 0 || peer->ticket_ms > saving ? WH_WAIT_TOO_DEAR : WH_WAIT_PAYS;
}

bool wh_learning_declines(wh_ticket_wait why)
{
    return why == WH_WAIT_HAS_ANOTHER || why == WH_WAIT_EXPIRES || why == WH_WAIT_TOO_DEAR;
}

void wh_learning_declined(wh_peer *peer, wh_ticket_wait why)
{
    if (why == WH_WAIT_EXPIRES || why == WH_WAIT_TOO_DEAR) {
        peer->declined = 1;
    }
}

uint32_t wh_learning_ticket_wait_ms(const wh_policy *policy, const wh_peer *peer,
                                    const wh_wait_question *question, wh_ticket_wait *why)
{
    *why = decide(policy, peer, question);
    if (*why == WH_WAIT_SET) {
        return policy->ticket_wait_ms != WH_TICKET_WAIT_NONE ? policy->ticket_wait_ms : 0;
    }
    uint32_t saving = *why == WH_WAIT_PAYS ? saving_ms(peer) : 0;
    return saving < WH_TICKET_WAIT_MOST_MS ? saving : WH_TICKET_WAIT_MOST_MS;
}
