/* Memory runs out at each allocation in turn, those of the store and of flash included. The wake may fail,
 * with the right word; it may not crash or leak, and the next wake must succeed. */
#include "visit.h"
#include "warmhello/store.h"

static const struct {
    const char *name;
    server_options options;
    bool shows_certificate;
} kinds[] = {
    {"TLS 1.2, session ID", {.max_version = WH_TLS12, .session_ids = true}, false},
    {"TLS 1.2, ticket", {.max_version = WH_TLS12}, false},
    {"TLS 1.3, ticket", {.min_version = WH_TLS13}, false},
    {"TLS 1.2, client certificate", {.max_version = WH_TLS12, .wants_certificate = true}, true},
    {"TLS 1.3, client certificate", {.min_version = WH_TLS13, .wants_certificate = true}, true},
};

/* A wake in which one allocation fails. */
static void wake_without_memory(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    int result = wh_client_init(&client, config);
    if (result != WH_OK) {
        assert_int_equal(result, WH_PLATFORM_MEMORY);
        wh_host_fail_allocation(&the_device, 0);
        return;
    }
    wake_visit visit = visit_server(&client, server);
    wh_host_fail_allocation(&the_device, 0);
    if (visit.fallback_due) {
        /* An allocation that failed with a session offered is followed by one more attempt. */
        visit = visit_server(&client, server);
        assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    }
    wh_client_free(&client);
}

/* Fails the 1st, 2nd, 3rd ... allocation of a wake until one succeeds untouched.
 * Returns how many there were. */
static uint64_t fail_each(const wh_client_config *config, tls_server *server, bool resumes)
{
    for (uint64_t nth = 1;; nth++) {
        wh_host_lose_power(&the_device);
        assert_int_equal(wh_store_forget(), WH_OK);
        if (resumes) {
            assert_int_equal(wake_and_visit(config, server).outcome.stored, WH_TIERS_BOTH);
            wh_host_lose_power(&the_device); /* so that it comes from flash */
        }
        size_t live_before = wh_host_memory_take().live_bytes;
        uint64_t before = wh_host_memory_take().allocations;
        wh_host_fail_allocation(&the_device, nth);
        wake_without_memory(config, server);
        uint64_t made = wh_host_memory_take().allocations - before;
        assert_int_equal(wh_host_memory_take().live_bytes, live_before);
        if (made < nth) {
            return made;
        }
        wake_visit after = wake_and_visit(config, server);
        assert_int_equal(after.outcome.error, WH_OK);
        assert_true(after.outcome.stored);
    }
}

static void each_allocation_of_a_wake_may_fail(bool resumes)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pairing at = pair_with(server_start(&kinds[i].options));
        client_identity device = server_client_identity(at.server);
        if (kinds[i].shows_certificate) {
            at.config.certificate = pem_bytes(device.certificate, &at.config.certificate_size);
            at.config.key = pem_bytes(device.key, &at.config.key_size);
        }
        uint64_t count = fail_each(&at.config, at.server, resumes);
        print_message("%s: each of %d allocations failed once\n", kinds[i].name, (int)count);
        assert_true(count > 20);
        free_client_identity(&device);
        server_stop(at.server);
    }
}

FLASH_TEST(each_allocation_of_a_full_handshake_may_fail)
{
    each_allocation_of_a_wake_may_fail(false);
}

FLASH_TEST(each_allocation_of_a_resumption_may_fail)
{
    each_allocation_of_a_wake_may_fail(true);
}
