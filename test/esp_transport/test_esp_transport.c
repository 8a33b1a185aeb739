/* The transport for ESP-IDF's clients, called as esp_http_client and esp-mqtt call theirs. */
#include "visit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "esp_transport.h"
#include "tcp_server.h"
#include "warmhello/esp_transport.h"

enum { TIMEOUT_MS = 10000 };

typedef struct world {
    tls_server *tls;
    tcp_server *tcp;
    warmhello_esp_transport_config config;
    int port;
} world;

static const server_options only12 = {.max_version = WH_TLS12, .name = "127.0.0.1"};
static const server_options only13 = {.min_version = WH_TLS13, .name = "127.0.0.1"};

static world begin(const server_options *options)
{
    world w = {.tls = server_start(options)};
    w.tcp = tcp_server_start(w.tls, NULL, 0);
    w.port = tcp_server_port(w.tcp);
    w.config.client.ca = server_ca(w.tls, &w.config.client.ca_size);
    w.config.platform = &the_device.platform;
    return w;
}

static esp_transport_handle_t make(const world *w)
{
    esp_transport_handle_t t = warmhello_esp_transport_init(&w->config);
    assert_non_null(t);
    assert_int_equal(esp_transport_get_default_port(t), 443);
    wh_outcome none;
    assert_int_equal(warmhello_esp_transport_outcome(t, &none), ESP_ERR_INVALID_STATE);
    return t;
}

static int connect_to(esp_transport_handle_t t, const world *w)
{
    return esp_transport_connect(t, "127.0.0.1", w->port, TIMEOUT_MS);
}

static void set_manners(const world *w, tcp_manner first)
{
    tcp_server_set_manners(w->tcp, &first, 1);
}

static void send_text(esp_transport_handle_t t, const char *text)
{
    int size = (int)strlen(text);
    assert_int_equal(esp_transport_write(t, text, size, TIMEOUT_MS), size);
}

static void read_exactly(esp_transport_handle_t t, int size)
{
    char bytes[512];
    while (size > 0) {
        int got =
            esp_transport_read(t, bytes, size < (int)sizeof bytes ? size : (int)sizeof bytes, TIMEOUT_MS);
        assert_true(got > 0);
        size -= got;
    }
}

static wh_outcome outcome_of(esp_transport_handle_t t)
{
    wh_outcome outcome;
    assert_int_equal(warmhello_esp_transport_outcome(t, &outcome), ESP_OK);
    return outcome;
}

/* As a perform of esp_http_client does. */
static void perform(esp_transport_handle_t t, const world *w, wh_result result)
{
    assert_int_equal(connect_to(t, w), 0);
    send_text(t, "bytes 3000\n");
    read_exactly(t, 3000);
    assert_int_equal(esp_transport_close(t), 0);
    assert_int_equal(outcome_of(t).result, result);
}

static esp_err_t last_error(esp_transport_handle_t t)
{
    return esp_transport_get_error_handle(t)->last_error;
}

/* ---- esp_http_client --------------------------------------------------------------------------------------
 */

static void resumes(const server_options *options)
{
    world w = begin(options);
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    perform(t, &w, WH_RESULT_RESUMED); /* the same client again */
    (void)esp_transport_destroy(t);
    t = make(&w);
    perform(t, &w, WH_RESULT_RESUMED); /* and that of the next wake */
    (void)esp_transport_destroy(t);
    tcp_served served = tcp_server_stop(w.tcp);
    assert_int_equal(served.resumed, 2);
    assert_int_equal(served.closed_properly, 3);
}

PLATFORM_TEST(a_client_of_tls12_resumes)
{
    resumes(&only12);
}

PLATFORM_TEST(a_client_of_tls13_resumes)
{
    resumes(&only13);
}

static const server_options early13 = {
    .min_version = WH_TLS13, .name = "127.0.0.1", .early_data = true, .reads_early_data = true};

/* Head and body are two writes. */
PLATFORM_TEST(with_consent_a_request_leaves_with_the_hello)
{
    world w = begin(&early13);
    w.config.client.policy.early_data = true;
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    assert_int_equal(connect_to(t, &w), 0);
    send_text(t, "bytes ");
    send_text(t, "3000\n");
    read_exactly(t, 3000);
    assert_int_equal(esp_transport_close(t), 0);
    assert_int_equal(outcome_of(t).early_data, WH_EARLY_DATA_ACCEPTED);
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(with_consent_a_server_that_is_not_there_is_told_by_what_follows_the_connect)
{
    world w = begin(&early13);
    w.config.client.policy.early_data = true;
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    (void)tcp_server_stop(w.tcp);
    assert_int_equal(connect_to(t, &w), 0);
    char byte = 0;
    int taken = esp_transport_write(t, "bytes 1\n", 8, TIMEOUT_MS);
    assert_true(esp_transport_read(t, &byte, 1, TIMEOUT_MS) < 0);
    assert_int_equal(esp_transport_close(t), taken > 0 ? -1 : 0); /* it tells of what was taken and is lost */
    assert_int_equal(esp_transport_get_errno(t), ECONNREFUSED);
    assert_int_equal(outcome_of(t).error, WH_NETWORK_REFUSED);
    (void)esp_transport_destroy(t);
}

PLATFORM_TEST(a_connect_without_blocking_says_when_it_is_done)
{
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    int progress = 0;
    for (unsigned calls = 0; progress == 0 && calls < 1000; calls++) {
        progress = esp_transport_connect_async(t, "127.0.0.1", w.port, TIMEOUT_MS);
    }
    assert_int_equal(progress, 1);
    assert_int_equal(esp_transport_connect_async(t, "127.0.0.1", w.port, TIMEOUT_MS), 1);
    char byte = 0;
    errno = 0;
    assert_int_equal(esp_transport_read(t, &byte, 1, 0), ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT);
    assert_int_equal(errno, EAGAIN); /* by which esp_http_client knows that it may go on */
    send_text(t, "bye 1\n");
    read_exactly(t, 1);
    assert_int_equal(esp_transport_read(t, &byte, 1, TIMEOUT_MS), ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN);
    assert_int_equal(errno, 0); /* and that it may not */
    (void)esp_transport_destroy(t);

    t = make(&w);
    (void)tcp_server_stop(w.tcp);
    progress = 0;
    while (progress == 0) {
        progress = esp_transport_connect_async(t, "127.0.0.1", w.port, TIMEOUT_MS);
    }
    assert_int_equal(progress, -1);
    (void)esp_transport_destroy(t);
}

/* esp_http_client closes and connects anew, by the same transport. */
PLATFORM_TEST(a_redirect_leads_to_another_host)
{
    world w = begin(&only13);
    const server_options named = {.min_version = WH_TLS13, .name = "localhost"};
    tls_server *tls = server_start(&named);
    tcp_server *other = tcp_server_start(tls, NULL, 0);
    size_t size = 0;
    const uint8_t *second = server_ca(tls, &size);
    char both[4096];
    (void)snprintf(both, sizeof both, "%.*s%.*s", (int)w.config.client.ca_size,
                   (const char *)w.config.client.ca, (int)size, (const char *)second);
    w.config.client.ca_size = 0;
    w.config.ca_pem = both;
    esp_transport_handle_t t = make(&w);
    assert_int_equal(connect_to(t, &w), 0);
    send_text(t, "bytes 10\n");
    read_exactly(t, 10);
    assert_int_equal(esp_transport_connect(t, "localhost", tcp_server_port(other), TIMEOUT_MS), 0);
    send_text(t, "bytes 10\n");
    read_exactly(t, 10);
    (void)esp_transport_destroy(t);
    assert_int_equal(tcp_server_stop(w.tcp).closed_properly, 1);
    assert_int_equal(tcp_server_stop(other).closed_properly, 1);
}

PLATFORM_TEST(another_name_may_be_in_the_certificate)
{
    world w = begin(&(server_options){.min_version = WH_TLS13});
    w.config.common_name = SERVER_NAME;
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    perform(t, &w, WH_RESULT_RESUMED);
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_client_certificate_is_shown)
{
    world w =
        begin(&(server_options){.min_version = WH_TLS13, .name = "127.0.0.1", .wants_certificate = true});
    client_identity device = server_client_identity(w.tls);
    size_t size = 0;
    char certificate[4096];
    char key[4096];
    const uint8_t *bytes = pem_bytes(device.certificate, &size);
    (void)snprintf(certificate, sizeof certificate, "%.*s", (int)size, (const char *)bytes);
    bytes = pem_bytes(device.key, &size);
    (void)snprintf(key, sizeof key, "%.*s", (int)size, (const char *)bytes);
    w.config.certificate_pem = certificate;
    w.config.key_pem = key;
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    (void)esp_transport_destroy(t);
    free_client_identity(&device);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_server_that_breaks_off_a_session_is_asked_again_in_full)
{
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    perform(t, &w, WH_RESULT_FULL);
    set_manners(&w, TCP_BREAKS_OFF);
    perform(t, &w, WH_RESULT_FULL);
    perform(t, &w, WH_RESULT_RESUMED);
    (void)esp_transport_destroy(t);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 4);
}

PLATFORM_TEST(keep_alive_is_set)
{
    world w = begin(&only13);
    w.config.keep_alive_idle_s = 33;
    w.config.keep_alive_interval_s = 7;
    w.config.keep_alive_count = 4;
    static const struct {
        int level;
        int name;
        int value;
    } expected[] = {{SOL_SOCKET, SO_KEEPALIVE, 1},
                    {IPPROTO_TCP, TCP_KEEPIDLE, 33},
                    {IPPROTO_TCP, TCP_KEEPINTVL, 7},
                    {IPPROTO_TCP, TCP_KEEPCNT, 4}};
    esp_transport_handle_t t = make(&w);
    assert_int_equal(esp_transport_get_socket(t), -1);
    assert_int_equal(connect_to(t, &w), 0);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        int value = -1;
        socklen_t size = sizeof value;
        assert_int_equal(
            getsockopt(esp_transport_get_socket(t), expected[i].level, expected[i].name, &value, &size), 0);
        assert_int_equal(value, expected[i].value);
    }
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

/* ---- Errors, as those of ESP-IDF's own transport
 * ------------------------------------------------------------ */

static void fails(const world *w, esp_err_t last, int code, int flags, int number)
{
    esp_transport_handle_t t = make(w);
    char byte = 0;
    assert_int_equal(connect_to(t, w), -1);
    const esp_tls_last_error_t *told = esp_transport_get_error_handle(t);
    assert_int_equal(told->last_error, last);
    assert_int_equal(told->esp_tls_error_code, code);
    assert_int_equal(told->esp_tls_flags, flags);
    assert_int_equal(esp_transport_get_errno(t), number);
    assert_int_equal(esp_transport_read(t, &byte, 1, 0), ERR_TCP_TRANSPORT_CONNECTION_FAILED);
    assert_int_equal(esp_transport_write(t, &byte, 1, 0), -1);
    assert_int_equal(esp_transport_poll_read(t, 0), -1);
    assert_int_equal(esp_transport_poll_write(t, 0), -1);
    assert_int_equal(esp_transport_close(t), -1); /* nothing is open */
    (void)esp_transport_destroy(t);
}

PLATFORM_TEST(a_server_that_nobody_vouches_for_is_refused)
{
    world w = begin(&only13);
    tls_server *other = server_start(&only13);
    w.config.client.ca = server_ca(other, &w.config.client.ca_size);
    fails(&w, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED, 0x2700, 0x08, 0);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_server_of_another_name_is_refused)
{
    world w = begin(&(server_options){.min_version = WH_TLS13});
    fails(&w, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED, 0x2700, 0x04, 0);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(nobody_listens)
{
    world w = begin(&only13);
    (void)tcp_server_stop(w.tcp);
    fails(&w, ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST, 0, 0, ECONNREFUSED);
    w.port = 65536;
    fails(&w, ESP_ERR_INVALID_ARG, 0, 0, 0);
}

PLATFORM_TEST(no_ca_is_refused)
{
    world w = begin(&only13);
    w.config.client.ca_size = 0;
    fails(&w, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED, 0x2180, 0, 0);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_silent_server_takes_no_longer_than_the_clients_timeout)
{
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    set_manners(&w, TCP_IS_SILENT);
    assert_int_equal(esp_transport_connect(t, "127.0.0.1", w.port, 300), -1);
    assert_int_equal(last_error(t), ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT);
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_proper_end_a_cut_and_a_timeout_are_told_apart)
{
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    char byte = 0;
    assert_int_equal(connect_to(t, &w), 0);
    assert_int_equal(esp_transport_poll_read(t, 10), 0);
    assert_int_equal(esp_transport_read(t, &byte, 1, 10), ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT);
    assert_true(esp_transport_poll_write(t, 1000) > 0);
    send_text(t, "bye 5\n");
    assert_int_equal(esp_transport_poll_read(t, -1), 5);
    read_exactly(t, 5);
    assert_true(esp_transport_poll_read(t, -1) > 0);
    assert_int_equal(esp_transport_read(t, &byte, 1, -1), ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN);
    assert_int_equal(last_error(t), ESP_ERR_ESP_TLS_TCP_CLOSED_FIN);
    assert_int_equal(esp_transport_close(t), 0);

    assert_int_equal(connect_to(t, &w), 0);
    send_text(t, "cut 5\n");
    read_exactly(t, 5);
    assert_true(esp_transport_poll_read(t, -1) > 0);
    assert_int_equal(esp_transport_read(t, &byte, 1, -1), -0x7280); /* MBEDTLS_ERR_SSL_CONN_EOF */
    assert_int_equal(esp_transport_write(t, &byte, 1, 0), -1);
    assert_int_equal(esp_transport_poll_write(t, 0), -1);
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_machine_must_be_given_where_there_is_no_chip)
{
    assert_null(warmhello_esp_transport_init(&(warmhello_esp_transport_config){0}));
}

/* ---- http:// ----------------------------------------------------------------------------------------------
 */

static void *answer_plainly(void *given)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    int fd = accept(*(int *)given, NULL, NULL);
    char bytes[512];
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    (void)send(fd, text, got > 0 ? sizeof text - 1 : 0, MSG_NOSIGNAL);
    (void)close(fd);
    return NULL;
}

static void visit_plainly(bool is_told)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    pthread_t answering;
    assert_int_equal(pthread_create(&answering, NULL, answer_plainly, &listener), 0);
    world w = begin(&only13);
    (void)tcp_server_stop(w.tcp);
    w.config.plain_port = is_told ? ntohs(at.sin_port) : 0;
    esp_transport_handle_t t = make(&w);
    w.port = ntohs(at.sin_port);
    if (is_told) {
        assert_int_equal(connect_to(t, &w), 0);
        send_text(t, "GET / HTTP/1.1\r\n\r\n");
        read_exactly(t, 28);
    } else {
        assert_int_equal(connect_to(t, &w), -1);
        assert_int_equal(outcome_of(t).error, WH_PEER_NOT_TLS);
    }
    (void)esp_transport_destroy(t);
    assert_int_equal(pthread_join(answering, NULL), 0);
    assert_int_equal(close(listener), 0);
}

PLATFORM_TEST(a_plain_port_is_spoken_to_plainly)
{
    visit_plainly(true);
}

PLATFORM_TEST(no_port_is_spoken_to_plainly_unless_told_so)
{
    visit_plainly(false);
}

PLATFORM_TEST(a_write_takes_all_as_a_frame_of_a_websocket_needs_it)
{
    enum { SIZE = 10000 };
    static const char frame[SIZE];
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    assert_int_equal(connect_to(t, &w), 0);
    send_text(t, "duplex 10000\n");
    assert_int_equal(esp_transport_write(t, frame, SIZE, TIMEOUT_MS), SIZE);
    read_exactly(t, SIZE + 4);
    (void)esp_transport_destroy(t);
    (void)tcp_server_stop(w.tcp);
}

/* ---- esp-mqtt: its task polls while those of the app write and close
 * ------------------------------------------ */

static void *poll_until_closed(void *given)
{
    esp_transport_handle_t t = given;
    char bytes[256];
    int result = 0;
    while (result >= 0) {
        result = esp_transport_poll_read(t, 1000);
        if (result > 0) {
            result = esp_transport_read(t, bytes, sizeof bytes, 1000);
        }
    }
    return NULL;
}

PLATFORM_TEST(one_task_polls_while_others_write_and_close)
{
    world w = begin(&only13);
    esp_transport_handle_t t = make(&w);
    for (int i = 0; i < 20; i++) {
        pthread_t polling;
        assert_int_equal(connect_to(t, &w), 0);
        assert_int_equal(pthread_create(&polling, NULL, poll_until_closed, t), 0);
        for (int n = 0; n < 20; n++) {
            send_text(t, "bytes 500\n");
        }
        assert_int_equal(esp_transport_close(t), 0);
        assert_int_equal(pthread_join(polling, NULL), 0);
    }
    (void)esp_transport_destroy(t);
    assert_int_equal(tcp_server_stop(w.tcp).closed_properly, 20);
}

/* ---- Memory ----------------------------------------------------------------------------------------------
 */

PLATFORM_TEST(each_allocation_of_the_core_may_fail)
{
    world w = begin(&only13);
    uint64_t nth = 0;
    for (uint64_t made = 0; made >= nth;) {
        nth++;
        wh_host_lose_power(&the_device);
        wh_host_memory before = wh_host_memory_take();
        esp_transport_handle_t t = make(&w);
        wh_host_fail_allocation(&the_device, nth);
        if (connect_to(t, &w) != 0) {
            assert_int_equal(last_error(t), ESP_ERR_NO_MEM);
        }
        (void)esp_transport_destroy(t);
        wh_host_fail_allocation(&the_device, 0);
        wh_host_memory after = wh_host_memory_take();
        assert_int_equal(after.live_bytes, before.live_bytes);
        made = after.allocations - before.allocations;
    }
    assert_true(nth > 20);
    (void)tcp_server_stop(w.tcp);
}
