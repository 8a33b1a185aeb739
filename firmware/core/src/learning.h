/* What a device makes of its connects with a peer, so that the next one asks for nothing that was refused and
 * waits for nothing that never comes. What is learned is kept for so many full handshakes, and then asked for
 * anew: after 8 of them, and after twice as many each time it turns out to be so still, up to 128. A full
 * handshake that shows nothing of the kind begins with 8 again. Private.
 */
#ifndef WH_LEARNING_H
#define WH_LEARNING_H

#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "warmhello/client.h"
#include "warmhello/outcome.h"

/* A handshake that has opened. */
typedef struct wh_handshake {
    bool is_full;
    bool is_tls13;
    /* Its session was offered without a key exchange. */
    bool without_exchange;
    /* That it came to in TLS 1.3, by IANA's number. */
    uint16_t group;
    uint32_t ms;
} wh_handshake;

void wh_learning_opened(wh_peer *peer, const wh_handshake *seen);

/* A session was offered without a key exchange, and no handshake came of it. */
void wh_learning_refused_psk_ke(wh_peer *peer);

/* Something was added to what it lacks: it shall be forgotten some day. */
void wh_learning_keep(wh_peer *peer);

/* So long was the device away from this peer. One minute is not counted as away. */
void wh_learning_away(wh_peer *peer, uint64_t us);

/* A ticket has come, `late_ms` after the app has closed, and is good for so long. 0: before that. */
void wh_learning_ticket(wh_peer *peer, uint32_t late_ms, uint32_t lifetime_s);

/* What a decision to wait for a ticket goes by, beside the peer. */
typedef struct wh_wait_question {
    bool is_resumed;
    /* For how long the session is good that the next connect would offer if none came, in seconds; 0: there
     * is none, or it is not where it would outlive what this device's sleep does to it. */
    uint32_t another_s;
} wh_wait_question;

/* How long a ticket is worth waiting for, in milliseconds, and why. Of a connection in which one can come and
 * has not come yet. */
uint32_t wh_learning_ticket_wait_ms(const wh_policy *policy, const wh_peer *peer,
                                    const wh_wait_question *question, wh_ticket_wait *why);

/* Whether a ticket that might have come is not waited for: that it has not says nothing of the peer. */
bool wh_learning_declines(wh_ticket_wait why);

/* So it was decided. What was measured and speaks against a wait is forgotten some day. */
void wh_learning_declined(wh_peer *peer, wh_ticket_wait why);

#endif
