/* Power cut before, in and after every operation on flash, and again in every operation of
 * the recovery; after each, what the store offers is compared with a model.
 *
 * powercuts [--seed S] [--sample N: one state of N] [--second-sample N: of those with a
 * second cut, one of N besides] [--only SCENARIO] [--peers 2: beside another one] [--second 1: in the second
 * slot] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

static const scenario scenarios[] = {
    {"first save", {END}, {PUT13, WRITE, END}},
    {"first save, TLS 1.2", {END}, {PUT12, WRITE, END}},
    {"replace", {PUT12, WRITE, SLEEP, END}, {PUT12, WRITE, END}},
    {"second ticket to flash", {PUT13, WRITE, SLEEP, END}, {PUT13, SECOND, END}},
    {"spend a ticket in both tiers", {PUT13, WRITE, END}, {SPEND, END}},
    {"spend one ticket of each tier", {PUT13, SECOND, END}, {SPEND, SPEND, END}},
    {"spend a spare", {PUT13, WRITE, PUT13, BESIDE, END}, {SPEND, SPEND, SPEND, END}},
    {"no spare of what flash has", {PUT13, WRITE, END}, {BESIDE, SPEND, SPEND, END}},
    {"another spare", {PUT13, SECOND, BESIDE, END}, {SPEND, BESIDE, WRITE, SPEND, END}},
    {"go on trust", {TIMELESS, PUT12, WRITE, END}, {POWER, TRUST, WRITE, SLEEP, POWER, TRUST, END}},
    {"go on trust without a copy",
     {TIMELESS, PUT12, WRITE, POWER, TRUST, END},
     {WRITE, PUT12, WRITE, POWER, TRUST, END}},
    {"forget a spare", {PUT13, SECOND, BESIDE, END}, {FORGET, END}},
    {"spend after a loss of power", {PUT13, SECOND, END}, {POWER, SPEND, END}},
    {"drop", {PUT12, WRITE, END}, {DROP, END}},
    {"forget", {PUT12, WRITE, SLEEP, PUT13, SECOND, END}, {FORGET, END}},
    {"forget in a full journal", {FILL_ALL, PUT13, END}, {FORGET, END}},
    {"forget after a sector turn", {FILL, PUT13, SLEEP, WRITE, END}, {FORGET, END}},
    {"save after forget", {PUT12, WRITE, SLEEP, FORGET, END}, {PUT13, WRITE, END}},
    {"sector turn", {FILL, PUT13, SLEEP, END}, {WRITE, END}},
    {"sector turn over spent sessions", {FILL_ALL, SPEND, PUT13, SLEEP, END}, {WRITE, END}},
    {"full journal", {FILL_ALL, PUT12, SLEEP, END}, {WRITE, SPEND, END}},
    {"wear limit", {FILL, PUT13, END}, {WRITE_WEARS, SLEEP, WRITE, END}},
    {"highest sequence", {FILL, PUT13, SLEEP, LAST, END}, {WRITE, END}},
    {"highest sequence of all sectors", {FILL_ALL, PUT13, SLEEP, LAST, END}, {WRITE, SPEND, END}},
    {"highest sequence, spent", {FILL_ALL, SPEND, PUT13, SLEEP, LAST, END}, {WRITE, END}},
    {"highest sequence, forgotten",
     {PUT12, WRITE, LAST, FORGET, PUT13, SLEEP, END},
     {WRITE, FORGET, PUT13, SLEEP, WRITE, END}},
    {"recovery", {PUT13, WRITE, SLEEP, PUT13, SECOND, END}, {POWER, END}},
};

/* ---- Telling ---------------------------------------------------------------------------------- */

static const char *const shape_words[] = {"before", "after", "prefix", "bits", "weak", "mixed", "word"};
static const char *const reboot_words[] = {"power lost", "reset", "brown-out"};
static const char *const drift_words[] = {"none",          "to 0 at once",       "to 1 at once",
                                          "mixed at once", "to 0 later",         "to 1 later",
                                          "mixed later",   "first 0, then to 1", "first 1, then to 0"};

static void print_cut(const char *which, const cut *c)
{
    if (c->op != 0) {
        (void)fprintf(stderr, "  %s cut: operation %" PRIu64 ", %s, extent %zu, then %s\n", which, c->op,
                      shape_words[c->shape], c->extent, reboot_words[c->reboot]);
    }
}

static void fail(sweep *s, const char *why)
{
    if (s->failures++ >= 20) {
        return;
    }
    (void)fprintf(stderr, "%s, %u sectors: %s\n", s->scenario->name, s->sectors, why);
    print_cut("first", &s->first);
    print_cut("second", &s->second);
    if (s->look != 0) {
        (void)fprintf(stderr, "  reset at look %" PRIu64 ", %zu bytes of RTC RAM written\n", s->look,
                      s->torn_size);
    }
    (void)fprintf(stderr, "  drift %s, --seed %" PRIu64 ", state %" PRIu64 "\n", drift_words[s->drift],
                  s->seed, s->turn);
}

/* ---- Cuts ------------------------------------------------------------------------------------- */

static void reboot_as(sweep *s, life *l, reboot how)
{
    if (s->drift >= FIRST_0_THEN_1) {
        the_board.chip.weakness = s->drift == FIRST_0_THEN_1 ? NOR_READS_0 : NOR_READS_1;
    }
    if (how == RESET) {
        board_reset();
    } else if (how == BROWN_OUT) {
        board_brown_out();
    } else {
        board_lose_power();
    }
    if (how != RESET) {
        lose_rtc(&l->now);
        lose_rtc(&l->next);
    }
    settle_weak_bits(s, ALL_0_AT_ONCE);
}

static nor_fault fault_of(const cut *c)
{
    return (nor_fault){.nth = c->op, .cut = true, .shape = c->shape, .extent = c->extent};
}

/* Runs up to the first cut and the reboot behind it. False when the cut was never reached. */
static bool replay(sweep *s, life *l)
{
    board_restore(&s->start);
    board_seed(s->seed * 0x9e3779b97f4a7c15u + s->turn);
    *l = s->life;
    nor_set_fault(&the_board.chip, fault_of(&s->first));
    const char *wrong = live(l, s->scenario->during);
    if (wrong != NULL) {
        fail(s, wrong);
    }
    if (!the_board.chip.off) {
        return false;
    }
    reboot_as(s, l, s->first.reboot);
    return true;
}

static void judge_state(sweep *s, life *l)
{
    s->states++;
    const char *wrong = check(s, l);
    if (wrong == NULL) {
        wrong = nor_violation(&the_board.chip);
    }
    if (wrong != NULL) {
        fail(s, wrong);
    }
}

static bool is_chosen(sweep *s)
{
    uint64_t one_in = s->sample * (s->second.op != 0 ? s->second_sample : 1);
    /* Overwriting is long and of one kind. */
    one_in *= s->second.op > 8 ? 4 : 1;
    s->turn++;
    return (s->turn * 0x9e3779b97f4a7c15u >> 33) % one_in == 0;
}

static void try_state(sweep *s)
{
    if (!is_chosen(s)) {
        return;
    }
    life l;
    if (!replay(s, &l)) {
        fail(s, "the cut was not reached");
        return;
    }
    if (s->second.op != 0) {
        nor_set_fault(&the_board.chip, fault_of(&s->second));
        got_session got = get_session(0);
        if (!the_board.chip.off) {
            return; /* weak bits read otherwise this time: the recovery was shorter */
        }
        if (got.serial == UNKNOWN_SESSION || is_dead(&l, got.serial)) {
            fail(s, "a session is offered that should not be");
        }
        reboot_as(s, &l, s->second.reboot);
    }
    judge_state(s, &l);
}

static bool has_weak_bits(nor_shape shape)
{
    return shape == NOR_CUT_WEAK || shape == NOR_CUT_MIXED;
}

typedef void (*visitor)(sweep *s);

/* Every way to come back. */
static void each_reboot(sweep *s, cut *c, visitor visit)
{
    bool weak = has_weak_bits(s->first.shape) || (s->second.op != 0 && has_weak_bits(s->second.shape));
    for (int how = 0; how < REBOOTS; how++) {
        c->reboot = (reboot)how;
        for (int d = STAY_WEAK; d < (weak ? DRIFTS : 1); d++) {
            s->drift = (drift)d;
            visit(s);
        }
    }
}

/* Extents: of a program every 4 bytes and, for weak bits, every byte of the first and last
 * word; of an erase some. `coarse` takes a few of them. */
static size_t next_extent(const cut *c, size_t size, bool erase, bool coarse)
{
    size_t stride = erase ? (c->extent < 32 ? 4 : 500) : 4;
    if (has_weak_bits(c->shape) && !erase && (c->extent < 4 || size - c->extent <= 4)) {
        stride = 1;
    }
    return c->extent + (coarse ? stride + size / 3 : stride);
}

/* Each word of zeros in a sector, among them the marks. */
static void each_mark(sweep *s, cut *c, uint32_t at, bool coarse, visitor visit)
{
    static const uint8_t zeros[4] = {0};
    for (c->extent = 0; c->extent < WH_FLASH_SECTOR; c->extent += coarse ? 12 : 4) {
        if (memcmp(&s->start.chip.cells.bits[at + c->extent], zeros, sizeof zeros) == 0) {
            each_reboot(s, c, visit);
        }
    }
}

static void each_extent(sweep *s, cut *c, size_t size, bool erase, bool coarse, visitor visit)
{
    if (c->shape == NOR_CUT_BEFORE || c->shape == NOR_CUT_AFTER) {
        c->extent = 0;
        each_reboot(s, c, visit);
        return;
    }
    for (c->extent = c->shape == NOR_CUT_PREFIX ? 4 : 0; c->extent < size;
         c->extent = next_extent(c, size, erase, coarse)) {
        each_reboot(s, c, visit);
    }
}

static void each_shape(sweep *s, cut *c, bool coarse, visitor visit)
{
    size_t size = the_board.chip.torn_size;
    bool erase = the_board.chip.torn_erase;
    uint32_t at = the_board.chip.torn_at;
    for (int shape = 0; shape < NOR_SHAPES; shape++) {
        c->shape = (nor_shape)shape;
        if (shape != NOR_CUT_WORD) {
            each_extent(s, c, size, erase, coarse, visit);
        } else if (erase) {
            each_mark(s, c, at, coarse, visit);
        }
    }
}

/* Every one of the first, then fewer: overwriting is many operations of one kind. */
static uint64_t later_op(uint64_t op)
{
    return op < 8 ? op + 1 : op + op / 2;
}

/* Cuts the recovery from the present first cut at each of its operations. */
static void cut_recovery(sweep *s)
{
    s->second = (cut){0};
    life l;
    if (s->drift != STAY_WEAK || s->first.reboot == BROWN_OUT) {
        return;
    }
    for (uint64_t op = 1;; op = later_op(op)) {
        s->second = (cut){0};
        if (!replay(s, &l)) {
            break;
        }
        s->second = (cut){.op = op};
        nor_set_fault(&the_board.chip, fault_of(&s->second));
        (void)get_session(0);
        if (!the_board.chip.off) {
            break;
        }
        each_shape(s, &s->second, true, try_state);
        s->drift = STAY_WEAK;
    }
    s->second = (cut){0};
}

/* Bytes of the slot's state. */
enum { RTC_HEADER = 112 };

/* A reset at each look at the clock, the slot's state written up to each of its words. */
static void reset_at_looks(sweep *s)
{
    s->first = (cut){.reboot = RESET};
    s->second = (cut){0};
    s->drift = STAY_WEAK;
    bool reached = true;
    for (s->look = 1; reached; s->look++) {
        for (s->torn_size = 0; s->torn_size <= RTC_HEADER && reached; s->torn_size += 4) {
            board_restore(&s->start);
            life l = s->life;
            the_board.reset_at_look = s->look;
            the_board.torn_size = s->torn_size;
            (void)live(&l, s->scenario->during);
            reached = the_board.chip.off;
            if (reached) {
                l.rtc_torn = true;
                s->operations_before_reset = nor_operations(&the_board.chip);
                s->turn++;
                reboot_as(s, &l, RESET);
                judge_state(s, &l);
            }
        }
    }
    s->look = 0;
}

/* Each peer takes the slot that is free. */
static const char *move_in(bool is_neighbour)
{
    if (!is_neighbour) {
        wh_binding binding = binding_number(0);
        wh_store_note_peer(&binding, (wh_peer){0});
        return NULL;
    }
    int result = put_session(NEIGHBOUR_SERIAL, &(putting){.protocol = WH_TLS12, .binding = NEIGHBOUR});
    if (result == WH_OK) {
        result = persist_rtc(NEIGHBOUR);
    }
    return result == WH_OK ? NULL : wh_error_meaning(result);
}

static const char *begin(sweep *s)
{
    board_renew(s->sectors * s->peers, s->seed);
    s->life = (life){.sectors = s->sectors, .first_sector = s->is_second ? s->sectors : 0};
    const char *wrong = s->peers > 1 ? move_in(s->is_second) : NULL;
    if (wrong == NULL && s->peers > 1) {
        wrong = move_in(!s->is_second);
    }
    the_board.chip.erases -= s->peers > 1; /* that of the other peer's part */
    return wrong == NULL ? live(&s->life, s->scenario->before) : wrong;
}

static void sweep_scenario(sweep *s)
{
    const char *wrong = begin(s);
    if (wrong != NULL) {
        fail(s, wrong);
        return;
    }
    s->start = the_board;
    reset_at_looks(s);
    uint64_t next_twice = 1;
    for (uint64_t op = 1;; op++) {
        life l;
        s->second = (cut){0};
        s->first = (cut){.op = op};
        if (!replay(s, &l)) {
            return;
        }
        cut at = s->first;
        each_shape(s, &s->first, op > 12, try_state);
        s->first = at;
        (void)replay(s, &l);
        if (op == next_twice) {
            each_shape(s, &s->first, true, cut_recovery);
            next_twice = later_op(op);
        }
    }
}

static void read_options(int argc, char **argv, sweep *s)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) {
            s->seed = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--sample") == 0) {
            s->sample = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--second-sample") == 0) {
            s->second_sample = strtoull(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0) {
            s->only = argv[i + 1];
        } else if (strcmp(argv[i], "--peers") == 0) {
            s->peers = (unsigned)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--second") == 0) {
            s->is_second = argv[i + 1][0] == '1';
        }
    }
}

int main(int argc, char **argv)
{
    static sweep s = {.scenario = scenarios, .seed = 1, .sample = 1, .second_sample = 24, .peers = 1};
    read_options(argc, argv, &s);
    sessions_make_templates();
    board_start(2, s.seed);
    board_set_peers(s.peers, true);
    for (s.sectors = 2; s.sectors <= 3; s.sectors++) {
        for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
            s.scenario = &scenarios[i];
            uint64_t before = s.states;
            s.turn = (i * 8 + s.sectors) << 32; /* the same states when it is the only one */
            if (s.only == NULL || strcmp(s.only, s.scenario->name) == 0) {
                sweep_scenario(&s);
                (void)fprintf(stderr, "%-32s %u sectors %9" PRIu64 " states\n", s.scenario->name, s.sectors,
                              s.states - before);
            }
        }
    }
    board_stop();
    (void)printf("{\"states\": %" PRIu64 ", \"failures\": %" PRIu64 "}\n", s.states, s.failures);
    return s.failures == 0 ? 0 : 1;
}
