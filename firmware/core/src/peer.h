/* What is remembered of a peer from one connect to the next: in the RTC slot, and sealed into each record for
 * when the power was lost. All of it is advice: whoever forges it can make connects dearer and nothing else.
 * Private.
 */
#ifndef WH_PEER_H
#define WH_PEER_H

#include <stdint.h>

/* Bits of wh_peer.lacks: what this peer does not have, or did not have when it was last asked. */
enum {
    /* TLS 1.3: it gave no ticket in the last full, or resumed, connection. */
    WH_LACKS_TICKET_FULL = 1,
    WH_LACKS_TICKET_RESUMED = 2,
    /* It takes no suite with SHA-256, or perhaps none: the last handshake failed. */
    WH_LACKS_SHA256 = 4,
    WH_LACKS_SHA256_PERHAPS = 8,
    /* It refused a session that was offered without a key exchange (psk_ke). */
    WH_LACKS_PSK_KE = 16,
    /* It refused early data that it had allowed, or closed before it gave a ticket beside it. Or it breaks
     * off at the external pre-shared key. */
    WH_LACKS_EARLY_DATA = 32,
    WH_LACKS_EXTERNAL_PSK = 64,
    /* No lack: it has resumed a session without a key exchange. */
    WH_HAS_PSK_KE = 128,
    /* Those that are forgotten some day (learning.h), and that flash shall know of. */
    WH_LACKS_FOR_LONG = WH_LACKS_TICKET_FULL | WH_LACKS_TICKET_RESUMED | WH_LACKS_SHA256 | WH_LACKS_PSK_KE |
                        WH_LACKS_EARLY_DATA | WH_LACKS_EXTERNAL_PSK,
};

/* The group whose key a first hello has (RFC 8446 4.2.8): X25519. */
#define WH_GROUP_FIRST 29

/* As it lies in the RTC slot. */
typedef struct wh_peer {
    /* Full handshakes that it broke off, in a row; at most 255. Not sealed. (Aligned: words to copy.) */
    _Alignas(uint32_t) uint8_t failures;
    /* Connects in which it broke off the handshake with a session and not the one without, in a row; and how
     * many connects are to come that offer none for that. */
    uint8_t breaks;
    uint8_t rest;
    /* WH_LACKS_... */
    uint8_t lacks;
    /* The group that it chose in the last full handshake, the low byte of its number in IANA's registry; 0:
     * not known, or the one that a hello has first anyway. */
    uint8_t group;
    /* How many full handshakes are to come until what it lacks and its group are forgotten; and how often
     * that was so, each of which doubles their number. */
    uint8_t left;
    uint8_t level;
    /* Not sealed. Since the last resumption a ticket was not waited for, by what is measured below; 0: no. */
    uint8_t declined;
    /* What its last full and resumed handshake took, and how long after the app's close its ticket came, in
     * milliseconds; 0: not known. */
    uint16_t full_ms;
    uint16_t resumed_ms;
    uint16_t ticket_ms;
    /* Between two connects, in minutes, rounded down; 0: less, or not known. */
    uint16_t interval_min;
    /* Not sealed. For how long its last ticket was good, in minutes, rounded up; 0: not known. */
    uint16_t lifetime_min;
    /* 1: it broke off a handshake with the external key and made one without it, since the last one by the
     * key, and has not said why. */
    uint8_t doubts_psk;
    uint8_t zero;
} wh_peer;

_Static_assert(sizeof(wh_peer) == 20, "there are no gaps");

#endif
