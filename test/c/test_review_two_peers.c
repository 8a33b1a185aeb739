/* Review of issue 22: a second server, which gives no tickets, keeps the first from ever being left in peace. */
#include "network.h"
#include "visit.h"

static void rests_begin_beside_another_peer(void **state)
{
    (void)state;
    tls_server *broken = server_start(&(server_options){
        .min_version = WH_TLS13, .wants_certificate = true, .no_id_context = true});
    tls_server *other = server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    client_identity identity = server_client_identity(broken);
    wh_client_config to_broken = config_for(broken);
    to_broken.certificate = pem_bytes(identity.certificate, &to_broken.certificate_size);
    to_broken.key = pem_bytes(identity.key, &to_broken.key_size);
    wh_client_config to_other = config_for(other);
    network_use_clock(&the_device.platform);
    unsigned opens = 0;
    for (int wake = 0; wake < 10; wake++) {
        wh_client client;
        const network_script script = {.server = broken};
        network_pass_ms(600000);
        make_client(&client, &to_broken);
        opens += network_run_connect(&client, NULL, &script).opens;
        wh_client_free(&client);
        const network_script script2 = {.server = other};
        make_client(&client, &to_other);
        (void)network_run_connect(&client, NULL, &script2);
        wh_client_free(&client);
    }
    assert_in_range(opens, 10, 12);
    free_client_identity(&identity);
    server_stop(broken);
    server_stop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PLATFORM_TEST(rests_begin_beside_another_peer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
