#include "resumption.h"

#include <string.h>

#include <wolfssl/ssl.h>

#include "clock.h"
#include "external_psk.h"
#include "learning.h"
#include "opened.h"
#include "warmhello/platform.h"
#include "policy.h"
#include "session.h"
#include "suites.h"
#include "kept.h"

void wh_resumption_begin(wh_resumption *r, wh_client *client, wh_outcome *outcome)
{
    *r = (wh_resumption){.client = client, .outcome = outcome};
}

static uint8_t without(bool resumed)
{
    return resumed ? WH_LACKS_TICKET_RESUMED : WH_LACKS_TICKET_FULL;
}

static void note_peer(wh_resumption *r)
{
    wh_learning_keep(&r->peer);
    wh_store_note_peer(&r->client->binding, r->peer);
    r->noted = r->peer;
}

static void note_news(wh_resumption *r)
{
    if (memcmp(&r->noted, &r->peer, sizeof r->peer) != 0) {
        note_peer(r);
    }
}

/* ---- Offering ------------------------------------------------------------------------ */

static wh_reason reason_for_miss(int error)
{
    switch (error) {
    case WH_MISS_EMPTY:
    case WH_MISS_NOT_RESUMABLE:
        return WH_REASON_NONE;
    case WH_MISS_SPENT:
        return WH_REASON_SPENT;
    case WH_MISS_UPGRADE:
        return WH_REASON_UPGRADE;
    case WH_MISS_NO_EXTENDED_MASTER:
        return WH_REASON_NO_EXTENDED_MASTER;
    case WH_MISS_SUSPECT:
        return WH_REASON_SUSPECT;
    case WH_MISS_BINDING:
        return WH_REASON_BINDING;
    case WH_MISS_ALTERNATING:
        return WH_REASON_ALTERNATING;
    case WH_DAMAGE_RECORD:
    case WH_DAMAGE_SESSION:
        return WH_REASON_DAMAGED;
    default:
        return WH_REASON_STORE;
    }
}

static void note_offer(wh_resumption *r, const wh_stored *stored)
{
    r->offered = true;
    r->offered_generation = stored->info.generation;
    r->outcome->kind = stored->info.kind;
    r->outcome->session_age_s =
        stored->age.known ? (uint32_t)(stored->age.least_us / 1000000u) : WH_AGE_UNKNOWN;
    r->outcome->session_lifetime_s = stored->info.lifetime_s;
    r->outcome->reason = WH_REASON_REFUSED; /* until the server resumes it */
}

/* What was found before is taken, if it is there still: to open a seal takes as long as a packet. */
static int find(wh_resumption *r)
{
    int before = r->looked;
    bool has_one = before == WH_OK && r->stored.info.generation != 0;
    if (has_one && wh_store_still_has(&r->stored)) {
        return WH_OK;
    }
    wh_session_release(&r->stored.session);
    int result = wh_store_get(&r->client->binding, &r->stored);
    return result == WH_MISS_EMPTY && before != WH_OK ? before
                                                      : result; /* which has wiped what was damaged */
}

/* Without an effect on the store, but for what is damaged in it. */
static wh_reason choose(wh_resumption *r)
{
    r->looked = find(r);
    r->noted = r->stored.peer;
    r->peer = r->noted;
    if (r->stored.away_us > r->away_us) {
        r->away_us = r->stored.away_us; /* a second look finds that the first has been */
    }
    wh_learning_away(&r->peer, r->away_us);
    if (r->looked != WH_OK) {
        return reason_for_miss(r->looked);
    }
    wh_reason reason = wh_policy_check(&r->client->config.policy, &r->stored.info, &r->stored.now);
    /* None is offered for now to a server that has broken off such handshakes, in neither attempt. */
    bool rests = r->peer.rest > 0 || r->is_second;
    return reason == WH_REASON_ACCEPTED && rests ? WH_REASON_RESTING : reason;
}

int wh_resumption_attach(wh_resumption *r, WOLFSSL *ssl)
{
    r->chosen = choose(r);
    r->chosen_generation = r->stored.info.generation;
    if (r->chosen == WH_REASON_ACCEPTED && wh_session_attach(&r->stored.session, ssl) != WH_OK) {
        r->chosen = WH_REASON_UNUSABLE;
        return WH_MISS_UNUSABLE;
    }
    return WH_OK;
}

bool wh_resumption_stands(wh_resumption *r)
{
    return r->chosen == WH_REASON_UNUSABLE ||
           (choose(r) == r->chosen && r->stored.info.generation == r->chosen_generation);
}

/* The peer's tickets may go out more than once: it gives no other in a resumption. */
static bool does_not_renew(const wh_resumption *r)
{
    return r->client->config.policy.reuse == WH_REUSE_WHEN_NOT_RENEWED &&
           (r->peer.lacks & WH_LACKS_TICKET_RESUMED) != 0;
}

static bool is_for_once(const wh_resumption *r, const wh_record_info *info)
{
    bool may_reuse = !info->single_use && r->client->config.policy.reuse == WH_REUSE_WHEN_NOT_RENEWED;
    return info->protocol == WH_TLS13 && !may_reuse && !does_not_renew(r);
}

uint32_t wh_resumption_early_limit(const wh_resumption *r)
{
    const wh_stored *stored = &r->stored;
    bool may = r->client->config.policy.early_data && (r->peer.lacks & WH_LACKS_EARLY_DATA) == 0;
    bool can = r->chosen == WH_REASON_ACCEPTED && stored->info.early_data && stored->age.known &&
               is_for_once(r, &stored->info);
    return may && can ? stored->info.early_data_max : 0;
}

/* WH_REASON_ACCEPTED, or why the attached session may not be used. */
static wh_reason spend(wh_resumption *r)
{
    wh_stored *stored = &r->stored;
    bool lost = wh_policy_count_loss(&stored->info, &stored->now, &r->lineage);
    bool once = is_for_once(r, &stored->info);
    if ((once || lost) && wh_store_spend(&stored->info.binding, stored->info.generation) != WH_OK) {
        return WH_REASON_STORE;
    }
    if (lost && !once) { /* the next loss shall find that this one was counted */
        stored->info.lineage = r->lineage;
        if (!stored->age.known) {
            stored->info.captured.epoch = stored->now.epoch;
            stored->info.captured.elapsed_us = stored->now.elapsed_us;
        }
        r->is_counted = true;
        r->outcome->store_error = wh_store_put(&stored->info, &stored->session, false);
    }
    return WH_REASON_ACCEPTED;
}

bool wh_resumption_offer(wh_resumption *r)
{
    wh_stored *stored = &r->stored;
    wh_reason reason = r->chosen;
    r->client->suspect = 0; /* that of an earlier connect */
    if (!r->is_second) {
        r->client->psk_suspect = WH_PSK_CLEAR;
    }
    if (reason == WH_REASON_RESTING && !r->is_second) {
        r->peer.rest--;
        note_peer(r);
    }
    if (reason == WH_REASON_ACCEPTED) {
        reason = spend(r);
    }
    r->outcome->reason = reason;
    if (reason == WH_REASON_ACCEPTED) {
        note_offer(r, stored);
    }
    if (r->looked == WH_OK && r->client->config.policy.pinned != stored->is_pinned) {
        wh_store_pin(&stored->info, r->client->config.policy.pinned); /* the setting has changed since */
    }
    wh_session_release(&stored->session);
    return reason == r->chosen;
}

/* ---- Keeping ---------------------------------------------------------------------------- */

/* What a session captured now has from its ancestors: a resumed one what the offered one
 * had, the first of a chain this handshake. */
static int inherit(const wh_resumption *r, wh_record_info *info)
{
    if (r->client->platform != wh_platform_get()) {
        return WH_USAGE_STATE; /* the store is another device's */
    }
    int result = wh_store_now(&info->captured);
    if (result != WH_OK) {
        return result;
    }
    info->protocol = r->outcome->protocol;
    bool is_renewed = r->outcome->result == WH_RESULT_RESUMED;
    info->single_use = info->protocol == WH_TLS13 && (is_renewed || !does_not_renew(r));
    info->pinned = r->client->config.policy.pinned;
    info->peer = r->peer;
    info->binding = r->client->binding;
    if (r->outcome->result == WH_RESULT_RESUMED) {
        info->lineage = r->lineage;
        info->lineage.without_exchange = r->lineage.without_exchange || r->without_exchange;
        return WH_OK;
    }
    info->lineage.authenticated = info->captured;
    info->lineage.not_after_s = r->not_after_s;
    return WH_OK;
}

bool wh_resumption_has_first_protocol(WOLFSSL *ssl, const wh_client *client)
{
    char *name = NULL;
    word16 size = 0;
    size_t first_size = strcspn(client->alpn, ",");
    if (wolfSSL_ALPN_GetProtocol(ssl, &name, &size) != WOLFSSL_SUCCESS) {
        size = 0;
    }
    return size == first_size && (size == 0 || memcmp(name, client->alpn, size) == 0);
}

static int capture(const wh_resumption *r, WOLFSSL *ssl, wh_session *session, wh_record_info *info)
{
    *info = (wh_record_info){0};
    int result = wh_session_capture(ssl, session);
    if (r->client->config.policy.without_extended_master_secret) {
        session->must_have_extended_master = false;
    }
    if (result == WH_OK) {
        info->early_data_max = wh_session_early_limit(session);
        info->early_data = info->early_data_max > 0 && wh_resumption_has_first_protocol(ssl, r->client);
        result = inherit(r, info);
    }
    return result;
}

/* Stores the connection's session in RTC RAM. One that cannot be resumed or kept is no
 * error of the connection: the next is a full one. */
static void keep(wh_resumption *r, WOLFSSL *ssl)
{
    wh_session session;
    wh_record_info info;
    int result = capture(r, ssl, &session, &info);
    if (result == WH_OK) {
        /* A ticket beside another one of this connection, or of the last full handshake. */
        bool beside = info.single_use && (r->kept || r->outcome->result == WH_RESULT_RESUMED);
        result = wh_store_put(&info, &session, beside);
    }
    wh_session_release(&session);
    if (!r->kept) {
        r->kept = result == WH_OK;
        r->ticket_lifetime_s = info.lifetime_s;
        r->outcome->kept = r->kept;
        r->outcome->store_error = result;
    }
}

/* Not all servers say that they take no suite with SHA-256: some break off, or are silent. */
static void note_suite(wh_resumption *r)
{
    bool lacks_sha256 =
        r->client->refused_sha256 || (r->peer.lacks & (WH_LACKS_SHA256 | WH_LACKS_SHA256_PERHAPS)) != 0;
    r->client->refused_sha256 = false;
    r->peer.lacks &= (uint8_t) ~(WH_LACKS_SHA256 | WH_LACKS_SHA256_PERHAPS);
    if (lacks_sha256 && wh_suite_has_sha384(r->outcome->cipher)) {
        r->peer.lacks |= WH_LACKS_SHA256;
    }
}

/* With the key the server broke off, and not without it: so it is left out until that is forgotten
 * (learning.h). Without an alert that is believed the second time. */
static void note_psk(wh_resumption *r)
{
    wh_psk_suspect suspect = r->is_second ? r->client->psk_suspect : WH_PSK_CLEAR;
    if (r->by_psk) {
        r->peer.lacks &= (uint8_t)~WH_LACKS_EXTERNAL_PSK;
        r->peer.doubts_psk = 0;
    } else if (suspect == WH_PSK_REFUSED || (suspect == WH_PSK_DOUBTED && r->peer.doubts_psk != 0)) {
        r->peer.lacks |= WH_LACKS_EXTERNAL_PSK;
    } else if (suspect == WH_PSK_DOUBTED) {
        r->peer.doubts_psk = 1;
    }
    r->client->psk_suspect = WH_PSK_CLEAR;
}

static void note_opened(wh_resumption *r)
{
    r->peer.failures = 0;
    if (r->suspect != 0) {
        wh_policy_note_break(&r->peer);
    } else if (r->offered) {
        r->peer.breaks = 0;
    }
    note_suite(r);
    note_psk(r);
    const wh_handshake seen = {
        .is_full = r->outcome->result == WH_RESULT_FULL,
        .is_tls13 = r->outcome->protocol == WH_TLS13,
        .without_exchange = r->without_exchange,
        .group = r->group,
        .ms = r->outcome->handshake_us / 1000u,
    };
    wh_learning_opened(&r->peer, &seen);
    note_news(r);
}

/* The hello with a session of TLS 1.2 asked for that version alone. Whoever is refused, or sees that the
 * server has TLS 1.3, asks for both the next time, and keeps nothing that would prevent it. */
static bool shall_ask_for_tls13(const wh_resumption *r, bool resumed)
{
    bool was_of_tls12 = r->outcome->kind == WH_KIND_ID || r->outcome->kind == WH_KIND_TICKET;
    return was_of_tls12 && r->client->config.max_version == WH_TLS13 && (!resumed || r->peer_has_tls13);
}

static void put_aside(wh_resumption *r)
{
    int result = wh_store_drop(&r->client->binding, r->offered_generation, WH_MISS_UPGRADE);
    r->outcome->store_error = result == WH_OK ? WH_MISS_UPGRADE : result;
}

void wh_resumption_handshake_done(wh_resumption *r, WOLFSSL *ssl)
{
    bool resumed = r->outcome->result == WH_RESULT_RESUMED;
    note_opened(r);
    if (resumed) {
        r->outcome->reason = WH_REASON_ACCEPTED;
    }
    if (shall_ask_for_tls13(r, resumed)) {
        put_aside(r);
        return;
    }
    if (resumed) {
        r->outcome->store_error = wh_store_suspect(&r->client->binding, r->offered_generation, false);
    } else if (r->offered) {
        /* The server does not know it any more. */
        r->outcome->store_error = wh_store_drop(&r->client->binding, r->offered_generation, WH_OK);
    }
    if (r->suspect != 0) {
        r->outcome->store_error =
            wh_store_drop(&r->client->binding, r->suspect, WH_OK); /* without it, it works */
    }
    if (r->outcome->protocol != WH_TLS12 || (resumed && !r->renewed12)) {
        return; /* TLS 1.3 tickets come later; a resumed TLS 1.2 session stays as it is */
    }
    if (!resumed && !r->renewed12) {
        wh_session_drop_ticket(ssl); /* a refused one, which wolfSSL would save with the new secret */
    }
    keep(r, ssl);
}

/* Seals a second ticket. RTC RAM has the first, flash shall have this one. */
static void keep_second(wh_resumption *r, WOLFSSL *ssl)
{
    wh_session session;
    wh_record_info info;
    int size = capture(r, ssl, &session, &info);
    r->second = wh_allocate(WH_RECORD_MAX);
    if (size == WH_OK && r->second != NULL) {
        size = wh_store_seal(&info, &session, r->second);
    }
    wh_session_release(&session);
    if (size > 0) {
        r->second_size = (uint16_t)size;
    } else {
        wh_resumption_free(r);
    }
}

/* The next greeting by the pre-shared key computes what a resumption would, in as many round trips and fewer
 * bytes, and writes nothing to flash. Only early data wants a session. */
static bool needs_session(const wh_resumption *r)
{
    return r->outcome->protocol != WH_TLS13 || !r->by_psk || r->client->config.policy.early_data;
}

static bool takes_tickets(const wh_resumption *r)
{
    return r->outcome->protocol == WH_TLS13 && !r->client->config.no_tickets && needs_session(r);
}

static bool wants_flash(const wh_resumption *r)
{
    bool is_of_full = r->outcome->result == WH_RESULT_FULL;
    bool is_lasting = r->outcome->protocol == WH_TLS12 || does_not_renew(r);
    return wh_store_wants_flash(&r->client->binding, is_of_full, is_lasting);
}

static void note_ticket(wh_resumption *r)
{
    uint64_t late_us = r->waited_since_us != 0 ? wh_clock_elapsed_us() - r->waited_since_us : 0;
    wh_learning_ticket(&r->peer, (uint32_t)(late_us / 1000u), r->ticket_lifetime_s);
    note_news(r);
}

void wh_resumption_ticket(wh_resumption *r, WOLFSSL *ssl)
{
    if (!takes_tickets(r)) {
        return;
    }
    bool is_first = !r->ticket_came;
    r->ticket_came = true;
    if (!r->kept) {
        keep(r, ssl);
    } else if (r->second == NULL && wants_flash(r)) {
        keep_second(r, ssl);
    } else if (!r->has_spare) {
        r->has_spare = true;
        keep(r, ssl);
    }
    if (is_first) {
        note_ticket(r);
    }
}

void wh_resumption_follow(wh_resumption *r)
{
    r->suspect = r->client->suspect;
    r->peer = wh_store_peer(&r->client->binding);
    r->noted = r->peer;
    r->outcome->reason = WH_REASON_FALLBACK;
}

bool wh_resumption_wants_all_suites(const wh_resumption *r)
{
    /* What the server minded was the key, as far as it has said. */
    bool is_for_key = r->client->psk_suspect != WH_PSK_CLEAR;
    if (wh_external_psk_is_alone(r->client)) {
        return false; /* it goes with SHA-256 */
    }
    return (r->is_second && !is_for_key) || r->client->refused_sha256 ||
           (r->peer.lacks & (WH_LACKS_SHA256 | WH_LACKS_SHA256_PERHAPS)) != 0;
}

bool wh_resumption_without_exchange(const wh_resumption *r)
{
    return r->client->config.policy.profile == WH_PROFILE_FRUGAL && r->chosen == WH_REASON_ACCEPTED &&
           r->stored.info.protocol == WH_TLS13 && (r->peer.lacks & WH_LACKS_PSK_KE) == 0;
}

bool wh_resumption_wants_psk(wh_resumption *r)
{
    if (wh_external_psk_is_alone(r->client)) {
        return true;
    }
    r->psk_withheld = (r->peer.lacks & WH_LACKS_EXTERNAL_PSK) != 0;
    return !r->is_second && !r->psk_withheld;
}

static bool is_of_peer(int error)
{
    return (error <= WH_PEER_UNTRUSTED && error > WH_NETWORK_NONE) || error == WH_NETWORK_TIMEOUT;
}

/* Counts one more failure. */
static uint32_t note_failure(const wh_client *client, wh_peer *peer)
{
    peer->failures += peer->failures < UINT8_MAX;
    wh_store_note_peer(&client->binding, *peer);
    return wh_policy_backoff_s(&client->config.policy, peer->failures);
}

uint32_t wh_resumption_unreachable(const wh_client *client)
{
    wh_peer peer = wh_store_peer(&client->binding);
    return note_failure(client, &peer);
}

void wh_resumption_given_up(wh_resumption *r)
{
    r->outcome->store_error = wh_store_suspect(&r->client->binding, r->offered_generation, true);
}

void wh_resumption_doubted(wh_resumption *r)
{
    if (r->without_exchange) {
        wh_learning_refused_psk_ke(&r->peer);
        note_peer(r);
    }
}

void wh_resumption_handshake_failed(wh_resumption *r, bool is_last)
{
    if (r->offered) {
        r->client->suspect = r->offered_generation;
        if (r->without_exchange) {
            wh_learning_refused_psk_ke(&r->peer);
        }
        note_peer(r); /* for the attempt that follows */
        wh_resumption_given_up(r);
    }
    if (is_last && is_of_peer(r->outcome->error)) {
        r->peer.lacks |= WH_LACKS_SHA256_PERHAPS;
        if (r->psk_withheld) {
            r->peer.lacks &= (uint8_t)~WH_LACKS_EXTERNAL_PSK; /* it may want nothing else by now */
        }
        r->outcome->backoff_s = note_failure(r->client, &r->peer);
    }
}

void wh_resumption_no_second_attempt(wh_resumption *r)
{
    r->outcome->backoff_s = note_failure(r->client, &r->peer);
}

/* What RTC RAM has after a full handshake was refused, by the policy or by the server, or is left from
 * before; unless none was to be offered anyway. */
static bool may_offer_another(const wh_resumption *r)
{
    wh_reason reason = r->outcome->reason;
    bool was_good = r->outcome->result == WH_RESULT_RESUMED || reason == WH_REASON_RESTING ||
                    reason == WH_REASON_DISABLED;
    return was_good && !wants_flash(r);
}

uint32_t wh_resumption_ticket_wait_ms(wh_resumption *r)
{
    wh_outcome *o = r->outcome;
    if (!takes_tickets(r) || r->ticket_came) {
        return 0;
    }
    if (r->waited_since_us == 0) {
        const wh_wait_question question = {
            .is_resumed = o->result == WH_RESULT_RESUMED,
            .another_s = may_offer_another(r) ? wh_store_lasts_s(&r->client->binding) : 0,
        };
        r->waited_since_us = wh_clock_elapsed_us();
        o->ticket_wait_ms =
            wh_learning_ticket_wait_ms(&r->client->config.policy, &r->peer, &question, &o->ticket_wait);
        wh_learning_declined(&r->peer, o->ticket_wait);
    }
    return o->ticket_wait_ms;
}

/* A server may answer early data and close before it has seen the client's Finished, without which it gives
 * no ticket: then early data costs a full handshake. */
static bool costs_a_ticket(const wh_resumption *r)
{
    bool was_taken = r->outcome->early_data == WH_EARLY_DATA_ACCEPTED;
    return was_taken && r->peer_has_left && takes_tickets(r) && !r->ticket_came;
}

/* Nobody has waited for the ticket, as it did not pay; or what answers early data came a round trip before
 * it.
 */
static bool is_too_soon(const wh_resumption *r)
{
    const wh_outcome *o = r->outcome;
    bool was_waited_for = o->ticket_wait_ms > 0 && !r->peer_has_left;
    bool was_declined = wh_learning_declines(o->ticket_wait) && !r->peer_has_left;
    bool is_early = o->early_data == WH_EARLY_DATA_ACCEPTED && !was_waited_for;
    return !r->ticket_came && (was_declined || is_early);
}

static void remember_early_data(wh_resumption *r)
{
    bool has_spare = r->has_spare || r->second != NULL;
    if (r->refuses_early_data || costs_a_ticket(r)) {
        r->peer.lacks |= WH_LACKS_EARLY_DATA;
        wh_learning_keep(&r->peer);
    } else if (r->outcome->result == WH_RESULT_FULL && has_spare) {
        r->peer.lacks &= (uint8_t)~WH_LACKS_EARLY_DATA; /* the next trial costs no full handshake */
    }
}

/* The next connection of this sort need not wait in vain. */
static void remember_tickets(wh_resumption *r)
{
    bool resumed = r->outcome->result == WH_RESULT_RESUMED;
    bool was_without = (r->peer.lacks & without(resumed)) != 0;
    if (takes_tickets(r) && !is_too_soon(r) && was_without == r->ticket_came) {
        r->peer.lacks ^= without(resumed);
    }
    note_news(r);
}

void wh_resumption_settle(wh_resumption *r)
{
    wh_outcome *o = r->outcome;
    remember_early_data(r);
    remember_tickets(r);
    if (wants_flash(r)) {
        int result = r->second != NULL ? wh_store_persist(r->second, r->second_size)
                                       : wh_store_persist_rtc(&r->client->binding);
        if (result != WH_MISS_EMPTY) {
            o->store_error = result;
        }
    }
    r->is_counted = false;
    wh_resumption_free(r);
    o->stored = wh_store_tiers_of(&r->client->binding);
    if (o->stored == WH_TIERS_NONE && o->store_error == WH_OK) {
        o->store_error = needs_session(r) ? WH_MISS_NOT_RESUMABLE : WH_MISS_NOT_NEEDED;
    }
}

void wh_resumption_free(wh_resumption *r)
{
    if (r->is_counted && r->client->platform == wh_platform_get()) {
        int result =
            wh_store_persist_rtc(&r->client->binding); /* a session that is not to blame is in flash again */
        (void)result;
    }
    r->is_counted = false;
    wh_session_release(&r->stored.session);
    wh_release(r->second, WH_RECORD_MAX);
    r->second = NULL;
}
