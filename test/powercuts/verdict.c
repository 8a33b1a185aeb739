#include <string.h>

#include "kept.h"
#include "sweep.h"

/* ---- Bits that drift ----------------------------------------------------------------------- */

void settle_weak_bits(const sweep *s, drift when)
{
    if (s->drift >= when && s->drift < when + 3) {
        nor_settle(&the_board.chip, (nor_settling)(s->drift - when));
    }
}

/* Later, before the power goes once more. */
static void settle_later(const sweep *s)
{
    settle_weak_bits(s, ALL_0_LATER);
    the_board.chip.weakness = NOR_READS_AT_RANDOM;
    if (s->drift >= FIRST_0_THEN_1) {
        nor_settle(&the_board.chip, s->drift == FIRST_0_THEN_1 ? NOR_SETTLE_TO_1 : NOR_SETTLE_TO_0);
    }
}

/* ---- What must hold afterwards ------------------------------------------------------------- */

static bool is_one_of(uint32_t serial, uint32_t a, uint32_t b)
{
    return serial == a || serial == b;
}

static uint32_t unless_dead(const life *l, uint32_t serial)
{
    return is_dead(l, serial) ? 0 : serial;
}

static bool is_old_or_new(const life *l, uint32_t serial)
{
    return is_one_of(serial, unless_dead(l, offered(&l->now)), unless_dead(l, offered(&l->next))) ||
           (l->starts_over && serial == 0) ||
           (l->rtc_torn && is_one_of(serial, unless_dead(l, l->now.flash), unless_dead(l, l->next.flash)));
}

static const char *judge(const life *l, const got_session *got)
{
    if (got->result == WH_PLATFORM_FLASH) {
        return "flash that works is reported as failing";
    }
    if (got->serial == UNKNOWN_SESSION) {
        return "a damaged session was believed";
    }
    if (is_dead(l, got->serial)) {
        return "what was spent or forgotten is offered";
    }
    if (got->serial == l->trusted && got->serial != 0 && got->info.lineage.losses < l->losses) {
        return "a session went out on trust, and that was not counted";
    }
    if (!is_old_or_new(l, got->serial)) {
        return got->serial == 0 ? "the session is lost" : "neither the old nor the new session is offered";
    }
    return NULL;
}

/* Whether 16 bytes that were in an entry at the start are still there. */
static bool has_remains(const sweep *s)
{
    enum { PIECE = 16 };
    for (size_t at = 0; at < (size_t)s->sectors * s->peers * WH_FLASH_SECTOR; at += PIECE) {
        const uint8_t *was = &s->start.chip.cells.bits[at];
        bool blank = memcmp(was, was + 1, PIECE - 1) == 0;
        if (at % WH_FLASH_SECTOR >= 32 && !blank && memcmp(was, &the_board.chip.cells.bits[at], PIECE) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the first operation of a forget, which programs its mark, was done before or in
 * a cut. */
static bool is_marked(const cut *c, uint64_t earlier)
{
    return c->op > earlier + 1 || (c->op == earlier + 1 && c->shape == NOR_CUT_AFTER);
}

/* A forget that is known to have begun: its mark is in flash, or RTC RAM remembers. */
static bool forget_begun(const sweep *s, const life *l)
{
    if (l->step != FORGET || s->look != 0) {
        return l->step == FORGET && s->operations_before_reset > l->operations;
    }
    bool rtc_knew = s->first.reboot == RESET;
    bool rtc_knows = rtc_knew && (s->second.op == 0 || s->second.reboot == RESET);
    return rtc_knows || is_marked(&s->first, l->operations - nor_operations(&s->start.chip)) ||
           (rtc_knew && is_marked(&s->second, 0));
}

static const char *check_forget(const sweep *s, const life *l, const got_session *got)
{
    if (forget_begun(s, l) && got->serial != 0) {
        return "a session is offered after forget";
    }
    if ((forget_begun(s, l) || (l->step == FORGET && l->now.flash != 0 && got->serial == 0)) &&
        has_remains(s)) {
        return "forget left bytes in flash";
    }
    return NULL;
}

/* Of the other peer: its session stays, or goes with the first one's when all is forgotten. */
static const char *check_neighbour(const sweep *s, const life *l, const got_session *got)
{
    uint32_t serial = s->peers > 1 ? get_session(NEIGHBOUR).serial : 0;
    if (s->peers == 1) {
        return NULL;
    }
    if (serial == NEIGHBOUR_SERIAL) {
        return l->has_forgotten || forget_begun(s, l) ? "the other peer's session is offered after forget"
                                                      : NULL;
    }
    if (serial != 0) {
        return "another session of the other peer";
    }
    if (l->step != FORGET && !l->has_forgotten) {
        return "the other peer's session is lost";
    }
    return got->serial != 0 && !l->has_forgotten ? "one peer's session is forgotten and the other's is not"
                                                 : NULL;
}

/* The session of before may be used up by an operation that was cut, at any time, or its sector
 * be taken away. */
static bool may_vanish(const life *l)
{
    return l->step == SPEND || l->step == DROP || l->step == TRUST || l->step == FORGET || l->starts_over;
}

/* The power goes a second time, later: the answer must not change back. */
static const char *check_stays(const sweep *s, life *l, uint32_t first)
{
    bool from_flash = l->now.rtc == 0 && l->next.rtc == 0;
    settle_later(s);
    board_lose_power();
    lose_rtc(&l->now);
    lose_rtc(&l->next);
    got_session got = get_session(0);
    const char *wrong = judge(l, &got);
    if (wrong == NULL && l->step == FORGET && l->now.flash != 0 && first == 0 && has_remains(s)) {
        wrong = "forgotten bytes came back";
    }
    if (wrong == NULL && from_flash && got.serial != unless_dead(l, first) &&
        !(got.serial == 0 && may_vanish(l)) && !is_dead(l, first)) {
        wrong = "the answer changed";
    }
    return wrong;
}

/* The store goes on working. */
static const char *check_goes_on(life *l)
{
    uint32_t serial = ++l->last_serial;
    if (put_session(serial, &(putting){.protocol = WH_TLS13}) != WH_OK) {
        return "a new session cannot be put";
    }
    board_sleep(7200000000u);
    if (persist_rtc(0) != WH_OK) {
        return "a new session cannot be written to flash";
    }
    board_lose_power();
    got_session got = get_session(0);
    if (got.serial != serial) {
        return "a new session is lost";
    }
    if (wh_store_spend(&got.info.binding, got.generation) != WH_OK) {
        return "a new session cannot be spent";
    }
    bury(l, serial);
    board_lose_power();
    got = get_session(0);
    return is_dead(l, got.serial) || got.serial == UNKNOWN_SESSION ? "a new session came back" : NULL;
}

static bool is_in(const tiers *t, uint32_t serial)
{
    return serial == t->rtc || serial == t->spare || serial == t->flash;
}

/* Behind the one that was spent comes another that was there, or none. */
static const char *check_next(const life *l)
{
    got_session got = get_session(0);
    if (got.serial == UNKNOWN_SESSION || is_dead(l, got.serial)) {
        return "a session is offered behind the first that should not be";
    }
    return got.serial == 0 || is_in(&l->now, got.serial) || is_in(&l->next, got.serial)
               ? NULL
               : "a session is offered behind the first that was replaced";
}

const char *check(const sweep *s, life *l)
{
    got_session got = get_session(0);
    const char *wrong = judge(l, &got);
    if (wrong == NULL) {
        wrong = check_forget(s, l, &got);
    }
    if (wrong == NULL) {
        wrong = check_neighbour(s, l, &got);
    }
    if (wrong == NULL && got.serial != 0 && s->turn % 2 == 0) {
        wrong =
            wh_store_spend(&got.info.binding, got.generation) == WH_OK ? NULL : "the session cannot be spent";
        bury(l, got.serial);
        wrong = wrong == NULL ? check_next(l) : wrong;
    }
    if (wrong == NULL) {
        wrong = check_stays(s, l, got.serial);
    }
    if (wrong == NULL) {
        wrong = check_goes_on(l);
    }
    return wrong;
}
