/* The service behind the Jacdac C runtime, whose few functions are played here. */
#include "visit.h"
#include "warmhello/service_jacdac.h"

#include <stdlib.h>
#include <string.h>

#include "jd_protocol.h"

enum { SERVICE_INDEX = 3, SENT_MAX = 16, NOISE = 0xa5 };

/* What every service begins with. */
typedef struct any_service {
    SRV_COMMON;
} any_service;

static struct {
    srv_t *state;
    unsigned commands[SENT_MAX];
    unsigned sent;
    unsigned events;
    unsigned refused;
    bool queue_is_full;
} runtime;

static wh_service *service;
static wh_service_memory memory;

srv_t *jd_allocate_service(const srv_vt_t *vt)
{
    any_service *state = calloc(1, vt->state_size);
    assert_non_null(state);
    state->vt = vt;
    state->service_index = SERVICE_INDEX;
    runtime.state = (srv_t *)state;
    return runtime.state;
}

int jd_send(unsigned service_num, unsigned service_cmd, const void *data, unsigned service_size)
{
    assert_int_equal(service_num, SERVICE_INDEX);
    assert_true(service_size <= WH_SERVICE_PAYLOAD_MAX && data != NULL);
    if (runtime.queue_is_full) {
        return -1;
    }
    runtime.commands[runtime.sent++ % SENT_MAX] = service_cmd;
    return 0;
}

int jd_send_not_implemented(jd_packet_t *pkt)
{
    assert_int_equal(pkt->service_index, SERVICE_INDEX);
    runtime.refused++;
    return 0;
}

void jd_send_event_ext(srv_t *srv, uint32_t eventid, const void *data, uint32_t data_bytes)
{
    assert_ptr_equal(srv, runtime.state);
    assert_true(eventid >= WH_SERVICE_EV_RESUMED && data_bytes <= 1 && data != NULL);
    runtime.events++;
}

static const srv_vt_t *vt(void)
{
    return ((const any_service *)runtime.state)->vt;
}

static void receive(uint16_t command)
{
    jd_packet_t packet = {.service_index = SERVICE_INDEX, .service_command = command};
    vt()->handle_pkt(runtime.state, &packet);
}

static int start(void **state)
{
    memset(&runtime, 0, sizeof runtime);
    memset(&memory, NOISE, sizeof memory);
    service = wh_service_jacdac_init(&memory, &wh_service_core_hooks);
    return start_platform(state);
}

static int stop(void **state)
{
    free(runtime.state);
    return stop_platform(state);
}

#define RUNTIME_TEST(name) TEST_WITH(name, start, stop)

static void connect_once(void)
{
    static const wh_outcome full = {.result = WH_RESULT_FULL, .kept = true, .stored = WH_TIERS_RTC};
    uint32_t connect = wh_service_connecting(service);
    wh_service_connected(service, &full);
    wh_service_closed(service, connect, &full);
}

RUNTIME_TEST(it_carries_the_class_of_the_definition)
{
    assert_int_equal(vt()->service_class, WH_SERVICE_CLASS);
}

RUNTIME_TEST(a_register_is_answered_under_its_own_command)
{
    receive(WH_SERVICE_GET | WH_SERVICE_REG_COUNTS);
    assert_int_equal(runtime.sent, 1);
    assert_int_equal(runtime.commands[0], WH_SERVICE_GET | WH_SERVICE_REG_COUNTS);
}

RUNTIME_TEST(what_is_unknown_is_refused)
{
    receive(WH_SERVICE_GET | 0x1ff);
    assert_int_equal(runtime.sent, 0);
    assert_int_equal(runtime.refused, 1);
}

RUNTIME_TEST(a_connect_sends_nothing_until_the_runtime_has_time)
{
    connect_once();
    assert_int_equal(runtime.sent + runtime.events, 0);
    vt()->process(runtime.state);
    assert_int_equal(runtime.commands[0], WH_SERVICE_GET | WH_SERVICE_REG_OUTCOME);
    assert_int_equal(runtime.events, 2);
}

RUNTIME_TEST(a_report_that_does_not_fit_the_queue_goes_out_later)
{
    runtime.queue_is_full = true;
    connect_once();
    vt()->process(runtime.state);
    assert_int_equal(runtime.sent, 0);
    runtime.queue_is_full = false;
    vt()->process(runtime.state);
    assert_int_equal(runtime.commands[0], WH_SERVICE_GET | WH_SERVICE_REG_OUTCOME);
    assert_int_equal(runtime.events, 2);
}
