/* Random lives of the store beside the model of worlds.h: connects, sleeps, losses of power,
 * operations that fail or are torn, clocks that jump, bits that rot, other configurations.
 *
 * store_model [--steps N] [--seed S] [--trace N: tells every step after the Nth] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kept.h"
#include "board.h"
#include "sessions.h"
#include "worlds.h"

#define SERIALS_MAX (1u << 24)
#define BINDINGS 2u
#define REMEMBERED 4u

/* ---- Chance ---------------------------------------------------------------------------- */

static uint64_t chance;

static uint32_t below(uint32_t n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % n);
}

/* ---- What is known ----------------------------------------------------------------------- */

static worlds model;
static uint32_t last_serial;
static uint32_t forgotten_up_to;
static uint8_t dead[SERIALS_MAX / 8];

/* Of the latest sessions, by serial. */
#define NOTES 4096u
static struct note {
    unsigned binding;
    /* True time of its capture, and how often the wall clock had jumped. */
    uint64_t captured_us;
    uint32_t jumps;
    wh_protocol protocol;
    /* What its record has to tell of. */
    unsigned losses;
} notes[NOTES];

/* Sessions that were got, which may be spent. */
static got_session remembered[REMEMBERED];
static uint32_t jumps;
/* True time before the last loss of power, whatever clocks say. */
static uint64_t earlier_us;
static const char *wrong;
/* When the last erase was, or was tried, on the elapsed clock, and how many there were. */
static uint64_t erased_us;
static uint64_t erases_before;

static void kill_serial(uint32_t serial)
{
    dead[serial / 8] |= (uint8_t)(1u << (serial % 8));
}

static bool is_dead(uint32_t serial)
{
    return serial <= forgotten_up_to || (dead[serial / 8] >> (serial % 8) & 1) != 0;
}

static void complain(const char *why)
{
    wrong = wrong != NULL ? wrong : why;
}

static uint64_t true_us(void)
{
    return earlier_us + the_board.elapsed_us;
}

static void note(uint32_t serial, unsigned binding, wh_protocol protocol, unsigned losses)
{
    notes[serial % NOTES] = (struct note){binding, true_us(), jumps, protocol, losses};
}

static uint32_t new_serial(unsigned binding, wh_protocol protocol)
{
    last_serial++;
    note(last_serial, binding, protocol, 0);
    return last_serial;
}

/* ---- Faults --------------------------------------------------------------------------------- */

static bool fault_was_set;
static bool fault_was_met;

static void maybe_set_fault(void)
{
    nor_fault fault = {0};
    if (below(6) == 0) {
        fault = (nor_fault){
            .nth = 1 + below(below(4) == 0 ? 80 : 9),
            .cut = below(3) != 0,
            .shape = (nor_shape)below(NOR_SHAPES),
            .extent = below(2) == 0 ? below(5) : below(600),
        };
    }
    nor_set_fault(&the_board.chip, fault);
    fault_was_set = fault.nth > 0;
    fault_was_met = false;
}

/* The result of a call. One that ran on without power has returned to nobody. */
static int ended(int result)
{
    fault_was_met = fault_was_set && the_board.chip.fault.nth == 0;
    return the_board.chip.off && result == WH_OK ? WH_PLATFORM_FLASH : result;
}

static void forget_generations(void)
{
    memset(remembered, 0, sizeof remembered);
}

static void lose_power(void)
{
    earlier_us = true_us();
    board_lose_power();
    erased_us = 0;
    worlds_change(&model, RTC_GOES, 0);
    model.rtc_shaky = false;
    forget_generations();
}

static void reboot_after_cut(void)
{
    if (below(2) == 0) {
        board_reset();
    } else {
        lose_power();
    }
    if (below(3) == 0) {
        nor_settle(&the_board.chip, (nor_settling)below(3));
    }
}

/* ---- Calls ------------------------------------------------------------------------------------- */

/* A change that the call was to make: done, or with a fault in it perhaps. */
static void apply(int result, change what, uint32_t serial)
{
    if (result == WH_OK) {
        worlds_change(&model, what, serial);
    } else if (fault_was_met) {
        worlds_fork(&model, what, serial);
    }
}

/* A peer is pinned by a put; how long that lasts is not modelled. */
static bool was_pinned[BINDINGS];

static bool is_pinned_for_another(uint32_t serial, unsigned binding)
{
    unsigned its = notes[serial % NOTES].binding;
    return serial != 0 && was_pinned[its] && its != binding;
}

/* Whether the store may hold a session of a pinned peer that is another. */
static bool may_be_kept_out(unsigned binding)
{
    for (unsigned i = 0; i < model.count; i++) {
        const world *w = &model.list[i];
        if (is_pinned_for_another(w->rtc, binding) || is_pinned_for_another(w->flash, binding)) {
            return true;
        }
    }
    return false;
}

/* What is in RTC RAM stays as the spare, if it is of the same binding: as far as that is known. */
static void apply_beside(int result, uint32_t serial, unsigned binding)
{
    unsigned same = 0;
    for (unsigned i = 0; i < model.count; i++) {
        same += model.list[i].rtc != 0 && notes[model.list[i].rtc % NOTES].binding == binding;
    }
    bool is_sure = same == model.count && !model.rtc_shaky;
    apply(result, same > 0 ? RTC_BESIDE : RTC_BECOMES, serial);
    if (!is_sure) {
        worlds_fork(&model, SPARE_GOES, 0);
    }
    forget_generations(); /* one may be that of the spare, which is nobody's to spend */
}

static void put_as(uint32_t serial, const putting *how)
{
    was_pinned[how->binding] = was_pinned[how->binding] || how->pinned;
    int result = ended(put_session(serial, how));
    if (result == WH_MISS_PINNED && !how->pinned && may_be_kept_out(how->binding)) {
        return; /* nothing has changed */
    }
    if (how->beside) {
        apply_beside(result, serial, how->binding);
    } else {
        apply(result, RTC_BECOMES, serial);
    }
    if (result == WH_OK) {
        model.rtc_shaky = model.rtc_shaky && how->beside;
    } else if (the_board.chip.off) {
        worlds_fork(&model, SPARE_GOES, 0);
        worlds_fork(&model, RTC_GOES, 0);
    } else {
        complain("a session cannot be put");
    }
}

static void put(void)
{
    putting how = {
        .protocol = below(2) == 0 ? WH_TLS12 : WH_TLS13,
        .binding = below(BINDINGS),
        .pinned = below(8) == 0,
        .beside = below(3) == 0,
    };
    put_as(new_serial(how.binding, how.protocol), &how);
}

static void watch_erases(void)
{
    if (the_board.chip.erases != erases_before || fault_was_met) {
        erased_us = the_board.elapsed_us;
        erases_before = the_board.chip.erases;
    }
}

static bool may_erase(void)
{
    /* Ten years, of 100,000 erases of each sector. */
    uint64_t interval_us = UINT64_C(3156000000) / the_board.chip.flash.sector_count;
    return the_board.elapsed_us >= erased_us + interval_us;
}

/* Behind a write to flash of which the model knows the effect. */
static void wrote(int result, change what, uint32_t serial, uint64_t programs)
{
    bool rotten = what == FLASH_BECOMES_RTC && model.rtc_shaky;
    apply(result, what, serial);
    if (what == FLASH_BECOMES_RTC && result == WH_MISS_WEAR) {
        worlds_change(&model, WRITES_RTC, 0);
    } else if (what == FLASH_BECOMES_RTC && result != WH_OK && fault_was_met) {
        worlds_fork(&model, WRITES_RTC, 0);
    }
    if (result == WH_MISS_WEAR && may_erase()) {
        complain("the wear budget does not come back");
    }
    if (result == WH_OK && the_board.chip.programs != programs) {
        model.flash_shaky = false;
    } else if (result != WH_OK && result != WH_MISS_WEAR && result != WH_MISS_EMPTY && !fault_was_met &&
               !(rotten && result == WH_DAMAGE_RECORD)) {
        complain("a session cannot be written to flash");
    }
}

static void persist(void)
{
    uint64_t programs = the_board.chip.programs;
    int result = ended(persist_rtc(below(BINDINGS)));
    wrote(result, FLASH_BECOMES_RTC, 0, programs);
}

static void second(void)
{
    unsigned binding = below(BINDINGS);
    wh_protocol protocol = below(4) == 0 ? WH_TLS12 : WH_TLS13;
    uint32_t serial = new_serial(binding, protocol);
    uint64_t programs = the_board.chip.programs;
    int result = ended(persist_session(serial, protocol, binding));
    wrote(result, FLASH_BECOMES, serial, programs);
}

static void expect_shakiness(void)
{
    if (model.flash_shaky) {
        worlds_fork(&model, FLASH_GOES, 0);
    }
    if (model.rtc_shaky) {
        worlds_fork(&model, SPARE_GOES, 0);
        worlds_fork(&model, DROPS_RTC, 0);
        worlds_fork(&model, RTC_GOES, 0);
        worlds_fork(&model, ALL_GOES, 0);
    }
}

/* An age that is known must be right, unless the wall clock has jumped. */
static void check_age(const got_session *got)
{
    const struct note *note = &notes[got->serial % NOTES];
    uint64_t age_us = true_us() - note->captured_us;
    if (got->age.known && note->jumps == jumps &&
        (got->age.least_us > age_us || got->age.most_us + 1000 < age_us)) {
        complain("the age is wrong");
    }
}

static void got_one(const got_session *got)
{
    if (got->serial == UNKNOWN_SESSION) {
        complain("a damaged session was believed");
    } else if (is_dead(got->serial)) {
        complain("what was spent or forgotten is offered");
    } else if (!worlds_keep_offering(&model, got->serial)) {
        complain("neither the old nor the new session is offered");
    } else {
        worlds_change(&model, PROMOTES, 0);
        model.rtc_shaky = model.rtc_shaky && worlds_have_spare(&model);
        check_age(got);
        if (got->info.lineage.losses != notes[got->serial % NOTES].losses) {
            complain("losses of power are not counted");
        }
        remembered[below(REMEMBERED)] = *got;
    }
}

/* Which of the bindings the offered one has must not be the one asked for. */
static void keep_other_bindings(unsigned binding)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < model.count; i++) {
        uint32_t serial = world_offers(&model.list[i]);
        if (serial != 0 && notes[serial % NOTES].binding != binding) {
            model.list[kept++] = model.list[i];
        }
    }
    model.count = kept;
    if (kept == 0) {
        complain("a session is refused for its binding that has this one");
    } else {
        worlds_change(&model, PROMOTES, 0);
    }
}

static got_session get_for(unsigned binding)
{
    got_session got = get_session(binding);
    got.result = ended(got.result);
    got.serial = the_board.chip.off ? 0 : got.serial;
    expect_shakiness();
    if (got.serial != 0) {
        if (got.serial != UNKNOWN_SESSION && notes[got.serial % NOTES].binding != binding) {
            complain("a session is offered under another binding");
        }
        got_one(&got);
    } else if (fault_was_met) {
        worlds_fork(&model, PROMOTES, 0);
    } else if (got.result == WH_MISS_BINDING || got.result == WH_MISS_ALTERNATING) {
        keep_other_bindings(binding);
    } else if (!worlds_keep_offering(&model, 0)) {
        complain("the session is lost");
    }
    return got;
}

static void get(void)
{
    (void)get_for(below(BINDINGS));
}

static int drop_session(const wh_binding *binding, uint32_t generation)
{
    return wh_store_drop(binding, generation, WH_OK);
}

static bool take_out_this(const got_session *got, int (*how)(const wh_binding *binding, uint32_t generation))
{
    int result = ended(how(&got->info.binding, got->generation));
    apply(result, LOSES, got->serial);
    if (result != WH_OK) {
        model.flash_shaky = true;
        if (!fault_was_met) {
            complain("a session cannot be spent");
        }
    }
    return result == WH_OK;
}

static void take_out(int (*how)(const wh_binding *binding, uint32_t generation))
{
    got_session *got = &remembered[below(REMEMBERED)];
    if (got->serial != 0 && take_out_this(got, how)) {
        kill_serial(got->serial);
        *got = (got_session){0};
    }
}

/* A connect that resumes, as in resumption.c. The session is spent before it goes out, if it is for once, or
 * if nobody knows its age; then a loss of power is counted. One that may go out again is stored anew before
 * it does, by a ticket for once another one is inherited from. */
static void offer(void)
{
    wh_lineage counted;
    unsigned binding = below(BINDINGS);
    got_session got = get_for(binding);
    if (got.serial == 0 || wrong != NULL) {
        return;
    }
    wh_protocol protocol = notes[got.serial % NOTES].protocol;
    bool is_lost = goes_on_trust(&got, &counted);
    if (!is_lost && protocol == WH_TLS12) {
        return; /* it stays as it is */
    }
    forget_generations();
    if (!take_out_this(&got, wh_store_spend) || the_board.chip.off) {
        return;
    }
    uint32_t serial = got.serial;
    if (protocol == WH_TLS13) {
        kill_serial(serial);
        serial = new_serial(binding, protocol);
    }
    note(serial, binding, protocol, counted.losses);
    put_as(serial, &(putting){.protocol = protocol,
                              .binding = binding,
                              .beside = protocol == WH_TLS13,
                              .lineage = &counted});
}

static void forget(void)
{
    int result = ended(wh_store_forget());
    apply(result, ALL_GOES, 0);
    if (result == WH_OK) {
        forgotten_up_to = last_serial;
        model.flash_shaky = false;
        forget_generations();
    } else {
        worlds_fork(&model, RTC_GOES, 0);
        model.flash_shaky = true;
        if (!fault_was_met) {
            complain("forget fails");
        }
    }
}

/* ---- What happens to a device --------------------------------------------------------------------- */

static void brown_out(void)
{
    uint64_t before_us = true_us();
    memcpy(the_board.rtc_at_cut, the_board.rtc, sizeof the_board.rtc);
    board_brown_out();
    earlier_us = before_us;
    /* A clock that has caught up does not show that it began again. Then ages are too short. */
    worlds_fork(&model, RTC_GOES, 0);
    jumps++;
    forget_generations();
}

static void rot_flash(void)
{
    uint32_t sector = below(the_board.chip.flash.sector_count) * WH_FLASH_SECTOR;
    /* Half of it where headers and first entries are. */
    uint32_t size = below(2) == 0 ? 64 : WH_FLASH_SECTOR;
    nor_rot(&the_board.chip, sector, size, 1 + below(4));
    model.flash_shaky = true;
}

static void rot_rtc(void)
{
    for (uint32_t flips = 1 + below(3); flips > 0; flips--) {
        static const uint32_t sizes[] = {112, 600, WH_RTC_SIZE};
        the_board.rtc[below(sizes[below(3)])] ^= (uint8_t)(1u << below(8));
    }
    model.rtc_shaky = true;
    forget_generations(); /* the counter may go with it */
}

static void jump_wall(void)
{
    the_board.wall_known = below(4) != 0;
    the_board.wall_s += (int64_t)below(200000) - 100000;
    jumps++;
}

static void spend(void)
{
    take_out(wh_store_spend);
}

static void drop(void)
{
    take_out(drop_session);
}

static void sleep_some(void)
{
    board_sleep((uint64_t)below(7200) * 1000000u);
}

static void settle(void)
{
    nor_settle(&the_board.chip, (nor_settling)below(3));
}

static const struct happening {
    const char *name;
    void (*happen)(void);
    uint32_t percent;
} happenings[] = {
    {"put", put, 20},
    {"persist", persist, 13},
    {"second ticket", second, 7},
    {"get", get, 17},
    {"offer", offer, 8},
    {"spend", spend, 10},
    {"drop", drop, 3},
    {"forget", forget, 2},
    {"sleep", sleep_some, 8},
    {"power loss", lose_power, 5},
    {"brown-out", brown_out, 1},
    {"clock jump", jump_wall, 2},
    {"rot in flash", rot_flash, 1},
    {"rot in RTC RAM", rot_rtc, 1},
    {"weak bits settle", settle, 2},
};

static const char *last_name;

static void one_step(void)
{
    uint32_t percent = below(100);
    const struct happening *h = happenings;
    while (percent >= h->percent) {
        percent -= h->percent;
        h++;
    }
    last_name = h->name;
    maybe_set_fault();
    h->happen();
    if (the_board.chip.off) {
        reboot_after_cut();
    }
    watch_erases();
}

/* ---- Running ------------------------------------------------------------------------------------------ */

/* What is thought to be stored, after a step. */
static void trace(uint64_t done)
{
    (void)fprintf(stderr, "%" PRIu64 ": %s%s, last serial %" PRIu32 ", {rtc spare flash}:", done, last_name,
                  fault_was_met ? " with a fault" : "", last_serial);
    for (unsigned i = 0; i < model.count; i++) {
        const world *w = &model.list[i];
        (void)fprintf(stderr, " {%" PRIu32 " %" PRIu32 " %" PRIu32 "%s}", w->rtc, w->spare, w->flash,
                      w->is_in_flash ? ", written" : "");
    }
    (void)fprintf(stderr, "%s%s\n", model.rtc_shaky ? ", RTC shaky" : "",
                  model.flash_shaky ? ", flash shaky" : "");
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL);
    uint64_t steps = 1000000;
    uint64_t trace_from = UINT64_MAX;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) {
            seed = number(argv[i + 1]);
        } else if (strcmp(argv[i], "--trace") == 0) {
            trace_from = number(argv[i + 1]);
        } else if (strcmp(argv[i], "--steps") == 0) {
            steps = number(argv[i + 1]);
        }
    }
    steps = steps < SERIALS_MAX ? steps : SERIALS_MAX - 1;
    sessions_make_templates();
    chance = seed * 0x9e3779b97f4a7c15u + 1;
    board_start(2 + (uint32_t)(seed % 3), seed);
    the_board.wall_s = 1800000000; /* a replay is the same on any day */
    worlds_begin(&model);
    uint64_t done = 0;
    while (done < steps && wrong == NULL) {
        one_step();
        done++;
        if (done > trace_from) {
            trace(done);
        }
        if (nor_violation(&the_board.chip) != NULL) {
            complain(nor_violation(&the_board.chip));
        }
    }
    board_stop();
    if (board_live_bytes() != 0) {
        complain("memory is not given back");
    }
    if (wrong != NULL) {
        (void)fprintf(stderr, "step %" PRIu64 ": %s\nreplay with --steps %" PRIu64 " --seed %" PRIu64 "\n",
                      done, wrong, done, seed);
    }
    (void)printf("{\"steps\": %" PRIu64 ", \"seed\": %" PRIu64 ", \"programs\": %" PRIu64
                 ", \"erases\": %" PRIu64 ", \"failures\": %d}\n",
                 done, seed, the_board.chip.programs, the_board.chip.erases, wrong != NULL);
    return wrong != NULL;
}
