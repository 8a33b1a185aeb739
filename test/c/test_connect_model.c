/* Every pair of servers that a connect may meet, first and second, without a session, with one, and with
 * early data beside it, next to a model that says in a few lines what must come of it. */
#include "network.h"
#include "visit.h"

typedef enum behaviour {
    WORKS,
    SLOW,
    SILENT,
    RESETS,
    ENDS,
    GARBAGE,
    REFUSED,
    UNREACHABLE,
    NO_ANSWER,
    BEHAVIOURS
} behaviour;

static const tcp_script scripts[BEHAVIOURS] = {
    [WORKS] = {.up_ms = 10},
    [SLOW] = {.up_ms = 10, .answer_ms = 6000},
    [SILENT] = {.up_ms = 10, .answer_ms = NEVER},
    [RESETS] = {.up_ms = 10, .resets = true},
    [ENDS] = {.up_ms = 10, .ends = true},
    [GARBAGE] = {.up_ms = 10, .garbage = "220 mail"},
    [REFUSED] = {.up_ms = 10, .error = WH_NETWORK_REFUSED},
    [UNREACHABLE] = {.up_ms = 10, .error = WH_NETWORK_UNREACHABLE},
    [NO_ANSWER] = {.up_ms = NEVER},
};

typedef struct expectation {
    wh_result result;
    int error;
    unsigned opens;
    /** When the handshake is done. */
    uint64_t opened_ms;
} expectation;

typedef enum session { NONE, SESSION, EARLY_DATA, SESSIONS } session;

/* An attempt of which nothing else is tried. */
static expectation alone(behaviour b, wh_result opened_as, unsigned opens, uint64_t began_ms)
{
    static const int errors[BEHAVIOURS] = {
        [SILENT] = WH_NETWORK_TIMEOUT,
        [RESETS] = WH_PEER_CLOSED,
        [ENDS] = WH_PEER_CLOSED,
        [GARBAGE] = WH_PEER_NOT_TLS,
        [REFUSED] = WH_NETWORK_REFUSED,
        [NO_ANSWER] = WH_NETWORK_TIMEOUT,
        [UNREACHABLE] = WH_NETWORK_UNREACHABLE,
    };
    if (errors[b] != WH_OK) {
        return (expectation){WH_RESULT_FAILED, errors[b], opens, NEVER};
    }
    return (expectation){opened_as, WH_OK, opens, began_ms + scripts[b].up_ms + scripts[b].answer_ms};
}

/* TLS 1.3: an answer of the server opens it. */
static expectation model(behaviour first, behaviour second, bool has_session)
{
    bool breaks = first == RESETS || first == ENDS || first == GARBAGE;
    bool waits = first == SILENT || first == SLOW;
    if (!has_session || (!breaks && !waits)) {
        return alone(first, has_session ? WH_RESULT_RESUMED : WH_RESULT_FULL, 1, 0);
    }
    if (breaks) {
        return alone(second, WH_RESULT_FULL, 2, 10);
    }
    /* Of 10 s for TLS one half is over. */
    if (second == WORKS) {
        return alone(second, WH_RESULT_FULL, 2, 10 + 5000);
    }
    return first == SLOW ? alone(SLOW, WH_RESULT_RESUMED, 2, 0) : alone(SILENT, WH_RESULT_FULL, 2, 0);
}

/* The app is served in any case, and does not notice: what it wrote is at the server that opened, once. At
 * the first one it may have been before, also once. */
static void check_early(const network_run *run, behaviour first)
{
    bool takes = first == WORKS || first == SLOW || first == SILENT;
    bool has_first_opened = run->outcome.result == WH_RESULT_RESUMED;
    assert_int_equal(run->opened_ms, 0);
    assert_int_equal(run->early_got, takes ? 7 : 0);
    if (run->error == WH_OK) {
        assert_int_equal(run->server_got, 7);
        assert_int_equal(run->outcome.early_data,
                         has_first_opened ? WH_EARLY_DATA_ACCEPTED : WH_EARLY_DATA_OFFERED);
        assert_int_equal(run->outcome.early_bytes, 7);
    }
}

static void check(behaviour first, behaviour second, session kind)
{
    bool has_session = kind != NONE;
    pairing at = pair_with(server_start(&(server_options){
        .min_version = WH_TLS13, .early_data = kind == EARLY_DATA, .reads_early_data = kind == EARLY_DATA}));
    at.config.policy.early_data = kind == EARLY_DATA;
    wh_client client;
    assert_int_equal(wh_store_forget(), WH_OK);
    make_client(&client, &at.config);
    network_script script = {.server = at.server};
    if (has_session) {
        assert_int_equal(network_run_connect(&client, NULL, &script).error, WH_OK);
    }
    script.tcps[0] = scripts[first];
    script.tcps[1] = scripts[second];
    network_run run = network_run_connect(&client, NULL, &script);
    expectation wanted = model(first, second, has_session);
    bool same = run.outcome.result == wanted.result && run.error == wanted.error &&
                run.opens == wanted.opens && run.secured_ms == wanted.opened_ms;
    if (!same) {
        print_error("server %d, then %d, session %d: %s, %s, %u TCP connections, open after %llu ms\n", first,
                    second, kind, wh_result_word(run.outcome.result), wh_error_word(run.error), run.opens,
                    (unsigned long long)run.secured_ms);
        fail();
    }
    assert_true(run.over_ms <= 20000);
    assert_true(run.error != WH_OK || run.got == 6);
    assert_int_equal(run.opened_early, kind == EARLY_DATA);
    if (kind == EARLY_DATA) {
        check_early(&run, first);
    }
    wh_client_free(&client);
    server_stop(at.server);
}

TEST_WITH(it_comes_as_the_model_says, start_platform, stop_platform)
{
    network_use_clock(&the_device.platform);
    for (int first = 0; first < BEHAVIOURS; first++) {
        for (int second = 0; second < BEHAVIOURS; second++) {
            for (int kind = 0; kind < SESSIONS; kind++) {
                check((behaviour)first, (behaviour)second, (session)kind);
            }
        }
    }
}
