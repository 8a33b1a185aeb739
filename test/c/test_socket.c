/* wh_socket over real TCP, against OpenSSL in threads. */
#include "visit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tcp_server.h"
#include "warmhello/socket.h"

/* ---- Set-up ----------------------------------------------------------------------------------------------
 */

typedef struct world {
    tls_server *tls;
    tcp_server *tcp;
    wh_client_config config;
    wh_socket_options options;
} world;

static const server_options only12 = {.max_version = WH_TLS12};
static const server_options only13 = {.min_version = WH_TLS13};

static world begin(const server_options *options)
{
    world w = {.tls = server_start(options)};
    w.tcp = tcp_server_start(w.tls, NULL, 0);
    w.config = config_for(w.tls);
    w.config.port = tcp_server_port(w.tcp);
    w.options.tcp_host = "127.0.0.1";
    return w;
}

static void set_manners(const world *w, tcp_manner first)
{
    tcp_server_set_manners(w->tcp, &first, 1);
}

static wh_socket *open_socket(const world *w)
{
    wh_socket *s = NULL;
    assert_int_equal(wh_socket_open(&w->config, &w->options, &s), WH_OK);
    assert_non_null(s);
    return s;
}

/* Of this process, with that of the folder itself. */
static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL) { /* NOLINT(concurrency-mt-unsafe): a folder of its own */
        count++;
    }
    (void)closedir(folder);
    return count;
}

/* `room`: of the kernel's, each way; 0: as much as it likes. */
static int connect_tcp_with(uint16_t port, int room)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    if (room > 0) {
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    }
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static int connect_tcp(uint16_t port)
{
    return connect_tcp_with(port, 0);
}

static void send_text(wh_socket *s, const char *text)
{
    assert_int_equal(wh_socket_write(s, text, strlen(text), WH_SOCKET_WAIT), strlen(text));
}

static void assert_pattern(const uint8_t *bytes, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != (from + i) % 251) {
            fail_msg("byte %zu is not what was sent", from + i);
        }
    }
}

static void read_pattern(wh_socket *s, size_t from, size_t to)
{
    uint8_t bytes[700];
    while (from < to) {
        size_t left = to - from;
        int got = wh_socket_read(s, bytes, left < sizeof bytes ? left : sizeof bytes, WH_SOCKET_WAIT);
        assert_true(got > 0);
        assert_pattern(bytes, from, (size_t)got);
        from += (size_t)got;
    }
}

static void wait_for_bytes(int fd, int size)
{
    int there = 0;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    while (there < size) {
        assert_int_equal(poll(&readable, 1, 10000), 1);
        assert_int_equal(ioctl(fd, FIONREAD, &there), 0);
    }
}

/* From here to a proper end. */
static void exchange(wh_socket *s)
{
    send_text(s, "bytes 3000\n");
    read_pattern(s, 0, 3000);
}

static wh_outcome visit(const world *w)
{
    wh_socket *s = open_socket(w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    exchange(s);
    wh_socket_finish(s);
    wh_outcome outcome = *wh_socket_outcome(s);
    wh_socket_close(s);
    return outcome;
}

/* ---- Resuming --------------------------------------------------------------------------------------------
 */

static void resumes(const server_options *options)
{
    world w = begin(options);
    int before = count_descriptors();
    assert_int_equal(visit(&w).result, WH_RESULT_FULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(visit(&w).result, WH_RESULT_RESUMED);
    }
    tcp_served served = tcp_server_stop(w.tcp);
    assert_int_equal(served.accepted, 4);
    assert_int_equal(served.resumed, 3);
    assert_int_equal(served.closed_properly, 4);
    assert_int_equal(count_descriptors(), before - 1); /* the listener's */
}

PLATFORM_TEST(sessions_of_tls12_resume)
{
    resumes(&only12);
}

PLATFORM_TEST(sessions_of_tls13_resume)
{
    resumes(&only13);
}

/* The ticket comes behind the handshake, and nobody reads. */
PLATFORM_TEST(a_ticket_is_kept_though_nothing_is_read)
{
    world w = begin(&only13);
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    wh_socket_close(s);
    assert_int_equal(visit(&w).result, WH_RESULT_RESUMED);
    (void)tcp_server_stop(w.tcp);
}

/* The end that comes without a goodbye may be seen before the app asks for more, or not: that all was read is
 * the same. */
PLATFORM_TEST(the_close_tells_of_no_end_that_lost_nothing)
{
    world w = begin(&only13);
    for (int asks_on = 0; asks_on < 2; asks_on++) {
        wh_socket *s = open_socket(&w);
        send_text(s, "cut 100\n");
        uint8_t bytes[50];
        for (int part = 0; part < 2; part++) {
            assert_int_equal(wh_socket_read(s, bytes, sizeof bytes, WH_SOCKET_WAIT), sizeof bytes);
        }
        if (asks_on) {
            assert_int_equal(wh_socket_read(s, bytes, sizeof bytes, WH_SOCKET_WAIT), WH_PEER_TRUNCATED);
        }
        assert_int_equal(wh_socket_finish(s), WH_OK);
        assert_int_equal(wh_socket_close(s), WH_OK);
    }
    (void)tcp_server_stop(w.tcp);
}

/* ---- Early data ------------------------------------------------------------------------------------------
 */

static const server_options early13 = {.min_version = WH_TLS13, .early_data = true, .reads_early_data = true};

/* One that has a session, and whose app consents. */
static world begin_early(void)
{
    world w = begin(&early13);
    w.config.policy.early_data = true;
    assert_int_equal(visit(&w).result, WH_RESULT_FULL);
    return w;
}

/* As an app that writes in two parts and asks for no handshake. */
static wh_outcome exchange_early(const world *w)
{
    wh_socket *s = open_socket(w);
    send_text(s, "bytes ");
    send_text(s, "3000\n");
    read_pattern(s, 0, 3000);
    wh_socket_finish(s);
    wh_outcome outcome = *wh_socket_outcome(s);
    wh_socket_close(s);
    return outcome;
}

PLATFORM_TEST(what_is_written_without_a_handshake_leaves_with_the_hello)
{
    world w = begin_early();
    wh_outcome outcome = exchange_early(&w);
    assert_int_equal(outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(outcome.early_data, WH_EARLY_DATA_ACCEPTED);
    assert_true(outcome.early_bytes > 0);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(there_is_room_before_there_is_tcp)
{
    world w = begin_early();
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_await_room(s, WH_SOCKET_WAIT), WH_OK);
    exchange(s);
    assert_int_equal(wh_socket_outcome(s)->early_data, WH_EARLY_DATA_ACCEPTED);
    assert_int_equal(wh_socket_outcome(s)->early_bytes, strlen("bytes 3000\n"));
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(without_consent_or_session_a_write_waits_for_the_handshake)
{
    world w = begin_early();
    w.config.policy.early_data = false;
    assert_int_equal(exchange_early(&w).early_data, WH_EARLY_DATA_NONE);
    w.config.policy.early_data = true;
    assert_int_equal(wh_store_forget(), WH_OK);
    wh_outcome outcome = exchange_early(&w);
    assert_int_equal(outcome.result, WH_RESULT_FULL);
    assert_int_equal(outcome.early_data, WH_EARLY_DATA_NONE);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(what_a_server_refuses_early_arrives_after_the_handshake)
{
    world w = begin_early();
    server_read_early_data(w.tls, false);
    wh_outcome outcome = exchange_early(&w);
    assert_int_equal(outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(outcome.early_data, WH_EARLY_DATA_REFUSED);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(what_was_written_early_arrives_over_the_second_tcp_too)
{
    world w = begin_early();
    set_manners(&w, TCP_BREAKS_OFF);
    assert_int_equal(exchange_early(&w).result, WH_RESULT_FULL);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 3);
}

PLATFORM_TEST(what_was_written_early_and_nobody_got_is_told_by_the_close)
{
    world w = begin_early();
    (void)tcp_server_stop(w.tcp);
    wh_socket *s = open_socket(&w);
    send_text(s, "bytes 3000\n");
    assert_string_equal(wh_error_word(wh_socket_finish(s)), "connection-refused");
    assert_string_equal(wh_error_word(wh_socket_close(s)), "connection-refused");
}

PLATFORM_TEST(a_handshake_that_is_asked_for_is_waited_for_all_the_same)
{
    world w = begin_early();
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    assert_int_equal(wh_socket_outcome(s)->result, WH_RESULT_RESUMED);
    exchange(s);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_caller_that_never_waits_is_served)
{
    world w = begin(&only13);
    wh_socket *s = open_socket(&w);
    int result = WH_SOCKET_AGAIN;
    while (result == WH_SOCKET_AGAIN) {
        result = wh_socket_handshake(s, 0);
    }
    assert_int_equal(result, WH_OK);
    uint8_t bytes[8000];
    size_t size = 0;
    send_text(s, "bytes 8000\n");
    while (size < sizeof bytes) {
        struct pollfd readable = {.fd = wh_socket_tcp(s), .events = POLLIN};
        if (wh_socket_pending(s) == 0) {
            assert_int_equal(poll(&readable, 1, 10000), 1);
        }
        int got = wh_socket_read(s, bytes + size, sizeof bytes - size, 0);
        assert_true(got > 0 || got == WH_SOCKET_AGAIN);
        size += got > 0 ? (size_t)got : 0;
    }
    assert_pattern(bytes, 0, size);
    assert_int_equal(wh_socket_read(s, bytes, 1, 0), WH_SOCKET_AGAIN);
    assert_int_equal(wh_socket_await(s, 0), WH_SOCKET_AGAIN);
    wh_socket_close(s);
    assert_int_equal(tcp_server_stop(w.tcp).closed_properly, 1);
}

/* ---- TCP of the caller's, and second attempts -------------------------------------------------------------
 */

static wh_outcome visit_by(world *w, int fd, bool second_is_used)
{
    int flags = fcntl(fd, F_GETFL, 0);
    w->options.has_tcp = true;
    w->options.tcp = fd;
    w->options.tcp_host = NULL;
    wh_socket *s = open_socket(w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    assert_int_equal(wh_socket_tcp(s) != fd, second_is_used);
    assert_int_equal(fcntl(wh_socket_tcp(s), F_GETFL, 0), flags);
    exchange(s);
    wh_socket_finish(s);
    wh_outcome outcome = *wh_socket_outcome(s);
    wh_socket_close(s);
    assert_int_equal(fcntl(fd, F_GETFL, 0), flags); /* it is a socket still, and as it was */
    w->options.has_tcp = false;
    w->options.tcp_host = "127.0.0.1";
    return outcome;
}

static void uses_tcp_of_the_callers(int flags)
{
    world w = begin(&only13);
    int before = count_descriptors();
    for (int i = 0; i < 3; i++) {
        int fd = connect_tcp(w.config.port);
        assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
        assert_int_equal(visit_by(&w, fd, false).result, i == 0 ? WH_RESULT_FULL : WH_RESULT_RESUMED);
        assert_int_equal(close(fd), 0);
    }
    assert_int_equal(tcp_server_stop(w.tcp).closed_properly, 3);
    assert_int_equal(count_descriptors(), before - 1);
}

PLATFORM_TEST(blocking_tcp_of_the_callers_is_used)
{
    uses_tcp_of_the_callers(0);
}

/* Connected, and reset by the server since. */
static int reset_tcp(void)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    int fd = connect_tcp(ntohs(address.sin_port));
    int accepted = accept(listener, NULL, NULL);
    assert_int_equal(setsockopt(accepted, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    assert_int_equal(close(accepted), 0);
    assert_int_equal(close(listener), 0);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&polled, 1, -1), 1);
    return fd;
}

PLATFORM_TEST(tcp_of_the_callers_that_was_reset_is_no_refusal)
{
    world w = begin(&only13);
    w.options.has_tcp = true;
    w.options.tcp = reset_tcp();
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_PEER_CLOSED);
    wh_socket_close(s);
    assert_int_equal(close(w.options.tcp), 0);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 0);
}

PLATFORM_TEST(non_blocking_tcp_of_the_callers_is_used)
{
    uses_tcp_of_the_callers(O_NONBLOCK);
}

PLATFORM_TEST(a_server_that_breaks_off_a_session_is_asked_again_in_full)
{
    world w = begin(&only13);
    int before = count_descriptors();
    assert_int_equal(visit(&w).result, WH_RESULT_FULL);
    set_manners(&w, TCP_BREAKS_OFF);
    wh_outcome outcome = visit(&w);
    assert_int_equal(outcome.result, WH_RESULT_FULL);
    assert_string_equal(wh_reason_word(outcome.reason), wh_reason_word(WH_REASON_FALLBACK));
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 3);
    assert_int_equal(count_descriptors(), before - 1);
}

static int number_option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

static void second_follows_the_callers(int flags)
{
    static const struct timeval patience = {.tv_sec = 17};
    world w = begin(&only13);
    int before = count_descriptors();
    assert_int_equal(visit(&w).result, WH_RESULT_FULL);
    set_manners(&w, TCP_BREAKS_OFF);
    int fd = connect_tcp(w.config.port);
    assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)), 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &(int){77}, sizeof(int)), 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &(int){11}, sizeof(int)), 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &(int){5}, sizeof(int)), 0);
    w.options.has_tcp = true;
    w.options.tcp = fd;
    w.options.tcp_host = NULL;
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    int second = wh_socket_tcp(s);
    struct timeval copied = {0};
    socklen_t size = sizeof copied;
    assert_int_not_equal(second, fd);
    assert_int_equal(fcntl(second, F_GETFL, 0) & O_NONBLOCK, flags);
    assert_int_equal(number_option(second, SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_int_equal(number_option(second, IPPROTO_TCP, TCP_NODELAY), 1);
    assert_int_equal(number_option(second, IPPROTO_TCP, TCP_KEEPIDLE), 77);
    assert_int_equal(number_option(second, IPPROTO_TCP, TCP_KEEPINTVL), 11);
    assert_int_equal(number_option(second, IPPROTO_TCP, TCP_KEEPCNT), 5);
    assert_int_equal(getsockopt(second, SOL_SOCKET, SO_RCVTIMEO, &copied, &size), 0);
    assert_int_equal(copied.tv_sec, 17);
    exchange(s);
    wh_socket_close(s);
    assert_int_equal(close(fd), 0);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 3);
    assert_int_equal(count_descriptors(), before - 1);
}

PLATFORM_TEST(the_second_tcp_is_as_the_callers_blocking_one)
{
    second_follows_the_callers(0);
}

PLATFORM_TEST(the_second_tcp_is_as_the_callers_non_blocking_one)
{
    second_follows_the_callers(O_NONBLOCK);
}

static void hedges(bool by_caller)
{
    world w = begin(&only12);
    int before = count_descriptors();
    assert_int_equal(visit(&w).result, WH_RESULT_FULL);
    w.options.timeout_ms = 2000; /* of which the session has a half */
    set_manners(&w, TCP_IS_SILENT);
    wh_outcome outcome;
    if (by_caller) {
        int fd = connect_tcp(w.config.port);
        outcome = visit_by(&w, fd, true);
        assert_int_equal(close(fd), 0);
    } else {
        outcome = visit(&w);
    }
    assert_int_equal(outcome.result, WH_RESULT_FULL);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 3);
    assert_int_equal(count_descriptors(), before - 1);
}

PLATFORM_TEST(a_server_silent_to_a_session_is_asked_beside_it)
{
    hedges(false);
}

PLATFORM_TEST(a_server_silent_to_a_session_on_tcp_of_the_callers_is_asked_beside_it)
{
    hedges(true);
}

/* ---- Failures ---------------------------------------------------------------------------------------------
 */

static int fails(const world *w)
{
    wh_socket *s = open_socket(w);
    int error = wh_socket_handshake(s, WH_SOCKET_WAIT);
    assert_int_not_equal(error, WH_OK);
    uint8_t byte = 0;
    assert_int_equal(wh_socket_handshake(s, 0), error);
    assert_int_equal(wh_socket_read(s, &byte, 1, 0), error);
    assert_int_equal(wh_socket_write(s, &byte, 1, 0), error);
    assert_int_equal(wh_socket_pending(s), 0);
    wh_socket_finish(s);
    assert_int_equal(wh_socket_outcome(s)->result, WH_RESULT_FAILED);
    assert_int_equal(wh_socket_outcome(s)->error, error);
    wh_socket_close(s);
    return error;
}

PLATFORM_TEST(a_server_silent_for_ever_ends_in_a_timeout)
{
    world w = begin(&only13);
    w.options.timeout_ms = 300;
    set_manners(&w, TCP_IS_SILENT);
    assert_int_equal(fails(&w), WH_NETWORK_TIMEOUT);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_server_that_nobody_vouches_for_is_refused)
{
    world w = begin(&only13);
    tls_server *other = server_start(&only13);
    w.config.ca = server_ca(other, &w.config.ca_size);
    assert_int_equal(fails(&w), WH_PEER_UNTRUSTED);
    assert_int_equal(tcp_server_stop(w.tcp).accepted, 1);
}

PLATFORM_TEST(nobody_listens)
{
    world w = begin(&only13);
    (void)tcp_server_stop(w.tcp);
    assert_int_equal(fails(&w), WH_NETWORK_REFUSED);
}

PLATFORM_TEST(a_name_that_is_none_is_told)
{
    world w = begin(&only13);
    w.options.tcp_host = "no such name";
    assert_int_equal(fails(&w), WH_NETWORK_UNKNOWN_HOST);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(what_cannot_be_opened_is_told_at_once)
{
    world w = begin(&only13);
    wh_socket *s = (wh_socket *)&w;
    char name[WH_HOST_MAX + 2];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    w.options.tcp_host = name;
    assert_int_equal(wh_socket_open(&w.config, &w.options, &s), WH_USAGE_HOST);
    assert_null(s);
    w.config.ca_size = 0;
    assert_int_equal(wh_socket_open(&w.config, NULL, &s), WH_USAGE_CA);
    wh_platform_remove();
    assert_int_equal(wh_socket_open(&w.config, NULL, &s), WH_USAGE_STATE);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(a_proper_end_is_0_and_a_cut_is_an_error_after_all_bytes)
{
    world w = begin(&only13);
    uint8_t byte = 0;
    wh_socket *s = open_socket(&w);
    send_text(s, "bye 5000\n");
    read_pattern(s, 0, 5000);
    assert_int_equal(wh_socket_await(s, WH_SOCKET_WAIT), WH_OK);
    assert_int_equal(wh_socket_read(s, &byte, 1, WH_SOCKET_WAIT), 0);
    assert_int_equal(wh_socket_read(s, &byte, 1, 0), 0);
    assert_int_equal(wh_socket_write(s, &byte, 1, 0), WH_USAGE_STATE);
    /* Whoever waits by select() is not left waiting. */
    struct pollfd readable = {.fd = wh_socket_tcp(s), .events = POLLIN};
    assert_int_equal(poll(&readable, 1, 10000), 1);
    wh_socket_close(s);

    s = open_socket(&w);
    send_text(s, "cut 5000\n");
    read_pattern(s, 0, 5000);
    assert_int_equal(wh_socket_await(s, WH_SOCKET_WAIT), WH_OK);
    assert_int_equal(wh_socket_read(s, &byte, 1, WH_SOCKET_WAIT), WH_PEER_TRUNCATED);
    assert_int_equal(wh_socket_read(s, &byte, 1, 0), WH_PEER_TRUNCATED);
    /* No SIGPIPE: it would end this program. */
    assert_int_equal(wh_socket_write(s, &byte, 1, 0), WH_PEER_TRUNCATED);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* The end came with the last bytes, and the server leaves TCP open. */
PLATFORM_TEST(an_end_that_was_taken_from_the_network_is_heard_of_by_select)
{
    world w = begin(&only12);
    wh_socket *s = open_socket(&w);
    send_text(s, "bye 100\n");
    wait_for_bytes(wh_socket_tcp(s), 100 + (5 + 8 + 16) + (5 + 8 + 2 + 16));
    read_pattern(s, 0, 100);
    struct pollfd readable = {.fd = wh_socket_tcp(s), .events = POLLIN};
    assert_int_equal(poll(&readable, 1, 0), 1);
    assert_int_equal(wh_socket_pending(s), 0);
    uint8_t byte = 0;
    assert_int_equal(wh_socket_read(s, &byte, 1, 0), 0);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* A writer that never reads hears of the end, too. */
PLATFORM_TEST(a_writer_to_a_server_that_is_gone_is_told)
{
    world w = begin(&only13);
    static const uint8_t bytes[512];
    wh_socket *s = open_socket(&w);
    send_text(s, "cut 5000\n");
    int result = WH_OK;
    while (result >= 0 || result == WH_SOCKET_AGAIN) {
        result = wh_socket_write(s, bytes, sizeof bytes, 1000);
    }
    assert_true(result == WH_PEER_TRUNCATED || result == WH_NETWORK_LOST);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* ---- Silence, waits and pauses ----------------------------------------------------------------------------
 */

PLATFORM_TEST(a_server_that_owes_an_answer_may_be_given_up)
{
    world w = begin(&only13);
    w.options.silence_ms = 200;
    uint8_t byte = 0;
    wh_socket *s = open_socket(&w);
    send_text(s, "nothing 0\n");
    int result = WH_SOCKET_AGAIN;
    while (result == WH_SOCKET_AGAIN) {
        result = wh_socket_read(s, &byte, 1, 20);
    }
    assert_int_equal(result, WH_PEER_SILENT);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* The answer lay there all the time. */
PLATFORM_TEST(an_app_that_pauses_does_not_make_the_server_a_silent_one)
{
    world w = begin(&only12);
    w.options.silence_ms = 5000;
    wh_socket *s = open_socket(&w);
    send_text(s, "bytes 500\n");
    wait_for_bytes(wh_socket_tcp(s), 500);
    wh_host_sleep(&the_device, 3600 * 1000000ull);
    read_pattern(s, 0, 500);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* Nothing is in the network's buffers any more, and yet there is something to read. */
PLATFORM_TEST(what_was_taken_from_the_network_is_pending)
{
    world w = begin(&only12);
    uint8_t bytes[60];
    wh_socket *s = open_socket(&w);
    send_text(s, "records 120\n");
    wait_for_bytes(wh_socket_tcp(s), 120);
    wait_for_bytes(wh_socket_tcp(s), 120 + 2 * (5 + 8 + 16)); /* header, nonce and tag of both */
    assert_int_equal(wh_socket_read(s, bytes, 20, WH_SOCKET_WAIT), 20);
    assert_int_equal(wh_socket_pending(s), 40); /* of the first record */
    assert_int_equal(wh_socket_read(s, bytes, sizeof bytes, WH_SOCKET_WAIT), 40);
    struct pollfd readable = {.fd = wh_socket_tcp(s), .events = POLLIN};
    assert_int_equal(poll(&readable, 1, 0), 0);
    assert_int_equal(wh_socket_pending(s), 60); /* the second, which nobody has decrypted */
    assert_int_equal(wh_socket_await(s, 0), WH_OK);
    read_pattern(s, 60, 120);
    assert_int_equal(wh_socket_pending(s), 0);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* All that there is. */
static size_t read_all(wh_socket *s)
{
    uint8_t bytes[4096];
    size_t size = 0;
    for (int got = 1; got > 0;) {
        got = wh_socket_read(s, bytes, sizeof bytes, 20);
        size += got > 0 ? (size_t)got : 0;
    }
    return size;
}

/* The server reads nothing before all it writes is taken. */
PLATFORM_TEST(a_writer_is_not_locked_in_with_a_server_that_writes_as_well)
{
    enum { SIZE = 1 << 20 };
    static const uint8_t bytes[4096];
    world w = begin(&only13);
    int fd = connect_tcp_with(w.config.port, 4096);
    w.options.has_tcp = true;
    w.options.tcp = fd;
    wh_socket *s = open_socket(&w);
    send_text(s, "duplex 1048576\n");
    unsigned blocked = 0;
    size_t got = 0;
    for (size_t taken = 0; taken < SIZE;) {
        size_t left = SIZE - taken;
        uint32_t wait_ms = blocked == 0 ? WH_SOCKET_WAIT : 20;
        int sent = wh_socket_write(s, bytes, left < sizeof bytes ? left : sizeof bytes, wait_ms);
        if (sent == WH_SOCKET_AGAIN) {
            blocked++;
            got += read_all(s);
        } else {
            assert_true(sent > 0);
            taken += (size_t)sent;
        }
    }
    assert_true(blocked > 0);
    read_pattern(s, got, SIZE);
    uint8_t done[4];
    assert_int_equal(wh_socket_read(s, done, sizeof done, WH_SOCKET_WAIT), 4);
    assert_memory_equal(done, "done", 4);
    wh_socket_close(s);
    assert_int_equal(close(fd), 0);
    (void)tcp_server_stop(w.tcp);
}

static void on_alarm(int number)
{
    (void)number;
}

PLATFORM_TEST(signals_end_no_wait)
{
    world w = begin(&only13);
    struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
    struct sigaction before;
    static const struct itimerval often = {.it_interval = {.tv_usec = 500}, .it_value = {.tv_usec = 500}};
    static const struct itimerval never;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(visit(&w).error, WH_OK);
    }
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    (void)tcp_server_stop(w.tcp);
}

PLATFORM_TEST(what_was_finished_is_over)
{
    world w = begin(&only13);
    uint8_t byte = 0;
    wh_socket *s = open_socket(&w);
    wh_socket_finish(s); /* before anything */
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_USAGE_STATE);
    wh_socket_close(s);
    s = open_socket(&w);
    exchange(s);
    assert_int_equal(wh_socket_finish(s), WH_OK);
    assert_int_equal(wh_socket_finish(s), WH_OK);
    assert_int_equal(wh_socket_read(s, &byte, 1, WH_SOCKET_WAIT), 0);
    assert_int_equal(wh_socket_write(s, &byte, 1, WH_SOCKET_WAIT), WH_USAGE_STATE);
    wh_socket_close(s);
    assert_int_equal(tcp_server_stop(w.tcp).closed_properly, 1);
}

/* ---- Threads ----------------------------------------------------------------------------------------------
 */

enum { THREADS = 4, VISITS = 25 };

/* cmocka's assertions are for the test's own thread. */
static bool visits_well(const world *w)
{
    wh_socket *s = NULL;
    if (wh_socket_open(&w->config, &w->options, &s) != WH_OK) {
        return false;
    }
    bool is_well = wh_socket_handshake(s, WH_SOCKET_WAIT) == WH_OK &&
                   wh_socket_write(s, "bytes 3000\n", 11, WH_SOCKET_WAIT) == 11;
    uint8_t bytes[3000];
    for (size_t size = 0; is_well && size < sizeof bytes;) {
        int got = wh_socket_read(s, bytes + size, sizeof bytes - size, WH_SOCKET_WAIT);
        is_well = got > 0 && bytes[size] == size % 251;
        size += is_well ? (size_t)got : 0;
    }
    wh_socket_close(s);
    return is_well;
}

static void *visit_often(void *given)
{
    const world *w = given;
    for (int i = 0; i < VISITS; i++) {
        if (!visits_well(w)) {
            return given;
        }
    }
    return NULL;
}

PLATFORM_TEST(many_connections_of_several_threads_at_once)
{
    world w = begin(&only13);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, visit_often, &w), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    tcp_served served = tcp_server_stop(w.tcp);
    assert_int_equal(served.opened, THREADS * VISITS);
    assert_int_equal(served.closed_properly, THREADS * VISITS);
    assert_true(served.resumed > 0);
}

static void *write_all(void *given)
{
    static const uint8_t bytes[4096];
    wh_socket *s = given;
    for (size_t left = 1 << 20; left > 0;) {
        int sent = wh_socket_write(s, bytes, left < sizeof bytes ? left : sizeof bytes, WH_SOCKET_WAIT);
        if (sent < 0 && sent != WH_SOCKET_AGAIN) {
            return given;
        }
        left -= sent > 0 ? (size_t)sent : 0;
    }
    return NULL;
}

PLATFORM_TEST(one_thread_reads_while_another_writes)
{
    world w = begin(&only13);
    wh_socket *s = open_socket(&w);
    send_text(s, "duplex 1048576\n");
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_all, s), 0);
    read_pattern(s, 0, 1 << 20);
    uint8_t done[4];
    assert_int_equal(wh_socket_read(s, done, sizeof done, WH_SOCKET_WAIT), 4);
    void *failed = NULL;
    assert_int_equal(pthread_join(writer, &failed), 0);
    assert_null(failed);
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

enum { ROUNDS = 3000, ROUND_SIZE = 500 };

typedef struct reader {
    wh_socket *socket;
    atomic_int got;
    atomic_bool has_failed;
} reader;

static void *read_rounds(void *given)
{
    reader *r = given;
    uint8_t bytes[ROUND_SIZE];
    while (atomic_load(&r->got) < ROUNDS * ROUND_SIZE && !atomic_load(&r->has_failed)) {
        int got = wh_socket_read(r->socket, bytes, sizeof bytes, 5000);
        atomic_store(&r->has_failed, got <= 0);
        atomic_fetch_add(&r->got, got > 0 ? got : 0);
    }
    return NULL;
}

/* Whoever writes takes in what comes, but not what another thread waits for. */
PLATFORM_TEST(a_writer_leaves_the_bytes_to_the_thread_that_reads)
{
    world w = begin(&only13);
    wh_socket *s = open_socket(&w);
    assert_int_equal(wh_socket_handshake(s, WH_SOCKET_WAIT), WH_OK);
    reader r = {.socket = s};
    pthread_t reading;
    assert_int_equal(pthread_create(&reading, NULL, read_rounds, &r), 0);
    for (int round = 1; round <= ROUNDS; round++) {
        send_text(s, "bytes 500\n");
        while (atomic_load(&r.got) < round * ROUND_SIZE && !atomic_load(&r.has_failed)) {
            assert_int_equal(wh_socket_await_room(s, 0), WH_OK);
        }
    }
    assert_int_equal(pthread_join(reading, NULL), 0);
    assert_false(atomic_load(&r.has_failed));
    wh_socket_close(s);
    (void)tcp_server_stop(w.tcp);
}

/* ---- Plain TCP, and memory --------------------------------------------------------------------------------
 */

static void *echo_plain(void *given)
{
    int fd = accept(*(int *)given, NULL, NULL);
    uint8_t bytes[64];
    for (ssize_t got = 1; got > 0;) {
        got = recv(fd, bytes, sizeof bytes, 0);
        (void)send(fd, bytes, got > 0 ? (size_t)got : 0, MSG_NOSIGNAL);
    }
    (void)close(fd);
    return NULL;
}

PLATFORM_TEST(plain_tcp_goes_by_the_same_calls)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    pthread_t echoing;
    assert_int_equal(pthread_create(&echoing, NULL, echo_plain, &listener), 0);
    const wh_client_config config = {.host = "127.0.0.1", .port = ntohs(at.sin_port)};
    wh_socket *s = NULL;
    assert_int_equal(wh_socket_open(&config, &(wh_socket_options){.is_plain = true}, &s), WH_OK);
    char text[6] = "";
    send_text(s, "hello");
    assert_int_equal(wh_socket_await(s, WH_SOCKET_WAIT), WH_OK);
    assert_int_equal(wh_socket_pending(s), 5);
    assert_int_equal(wh_socket_read(s, text, 5, WH_SOCKET_WAIT), 5);
    assert_string_equal(text, "hello");
    wh_socket_close(s);
    assert_int_equal(pthread_join(echoing, NULL), 0);
    assert_int_equal(close(listener), 0);
}

/* A visit in which an allocation fails: it may fail, too, with the right word. */
static void visit_without_memory(const world *w)
{
    wh_socket *s = NULL;
    uint8_t bytes[3000];
    int result = wh_socket_open(&w->config, &w->options, &s);
    if (result == WH_OK) {
        result = wh_socket_handshake(s, WH_SOCKET_WAIT);
    }
    if (result == WH_OK) {
        result = wh_socket_write(s, "bytes 3000\n", 11, WH_SOCKET_WAIT);
    }
    for (size_t size = 0; result > 0 && size < sizeof bytes;) {
        result = wh_socket_read(s, bytes + size, sizeof bytes - size, WH_SOCKET_WAIT);
        size += result > 0 ? (size_t)result : 0;
    }
    assert_true(result > 0 || result == WH_PLATFORM_MEMORY);
    wh_socket_close(s);
}

static void survives_without_memory(const server_options *options, bool resumes_first)
{
    world w = begin(options);
    int descriptors = count_descriptors();
    uint64_t nth = 0;
    for (uint64_t made = 0; made >= nth;) {
        nth++;
        wh_host_lose_power(&the_device);
        if (resumes_first) {
            assert_int_equal(visit(&w).result, WH_RESULT_FULL);
        }
        wh_host_memory before = wh_host_memory_take();
        wh_host_fail_allocation(&the_device, nth);
        visit_without_memory(&w);
        wh_host_fail_allocation(&the_device, 0);
        wh_host_memory after = wh_host_memory_take();
        assert_int_equal(after.live_bytes, before.live_bytes);
        made = after.allocations - before.allocations;
    }
    print_message("each of %d allocations failed once\n", (int)nth - 1);
    assert_true(nth > 20);
    (void)tcp_server_stop(w.tcp);
    assert_int_equal(count_descriptors(), descriptors - 1);
}

PLATFORM_TEST(each_allocation_of_tls12_may_fail)
{
    survives_without_memory(&only12, false);
}

PLATFORM_TEST(each_allocation_of_tls13_may_fail)
{
    survives_without_memory(&only13, false);
}

PLATFORM_TEST(each_allocation_of_a_resumption_may_fail)
{
    survives_without_memory(&only13, true);
}
