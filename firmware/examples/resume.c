/* Connects twice to a TLS server; the second time resumes the first's session.
 *
 *     resume HOST PORT CA.pem
 *
 * Prints one line of JSON for each connection. Exit code 0: the second was
 * resumed; 1: it was not; 2: usage, or a CA that cannot be used; 3: a connection failed.
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "warmhello/check_file.h"
#include "warmhello/connect.h"
#include "warmhello/port_host.h"
#include "warmhello/warmhello.h"

enum { EXIT_RESUMED = 0, EXIT_NOT_RESUMED = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

/* A CA file holds a certificate or two; a bundle of all public CAs, which is larger, is for the desk. */
#define CA_MAX (1024 * 1024)

static uint8_t ca[CA_MAX];

/* Its size, or -1 after a message. */
static long read_ca(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "resume: cannot read %s: %s\n", path, strerror(errno));
        return -1;
    }
    size_t size = fread(ca, 1, sizeof ca, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed || size == sizeof ca) {
        (void)fprintf(stderr, "resume: cannot read %s, or it has %d bytes or more\n", path, CA_MAX);
        return -1;
    }
    return (long)size;
}

/* Before anything is connected: whether the CA can be used, and what to do if not. */
static int check_ca(const char *path, size_t size)
{
    wh_file_finding finding;
    int error = wh_check_file(WH_FILE_CA, path, ca, size, &finding);
    if (error != WH_OK && finding.problem[0] != '\0') {
        (void)fprintf(stderr, "resume: %s\n%s\n", finding.problem, finding.advice);
    } else if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
    }
    return error;
}

/* ---- The network: what the connect asks for, by poll() ------------------------------------------------ */

typedef struct tcp {
    int fd; /* -1: none */
    const struct addrinfo *next;
} tcp;

typedef struct line {
    wh_connect connect;
    struct addrinfo *addresses;
    tcp tcps[WH_CONNECT_TCPS];
} line;

static int error_of(int number)
{
    bool is_refused = number == ECONNREFUSED || number == ECONNRESET;
    return is_refused            ? WH_NETWORK_REFUSED
           : number == ETIMEDOUT ? WH_NETWORK_TIMEOUT
                                 : WH_NETWORK_UNREACHABLE;
}

static void close_tcp(tcp *t)
{
    if (t->fd >= 0) {
        (void)close(t->fd);
    }
    t->fd = -1;
}

/* Begins to connect to the next of the host's addresses, or tells that none is left. */
static void open_next(line *l, unsigned number, int failed)
{
    tcp *t = &l->tcps[number];
    close_tcp(t);
    while (t->fd < 0 && t->next != NULL) {
        const struct addrinfo *to = t->next;
        t->next = to->ai_next;
        t->fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (t->fd >= 0 && connect(t->fd, to->ai_addr, to->ai_addrlen) != 0 && errno != EINPROGRESS) {
            failed = errno;
            close_tcp(t);
        }
    }
    if (t->fd < 0) {
        wh_connect_failed(&l->connect, number, error_of(failed));
    }
}

static void ready(line *l, unsigned number)
{
    int error = 0;
    socklen_t size = sizeof error;
    (void)getsockopt(l->tcps[number].fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) {
        wh_connect_ready(&l->connect, number);
    } else {
        open_next(l, number, error);
    }
}

static void receive(line *l, unsigned number)
{
    uint8_t bytes[2048];
    size_t room = wh_connect_room(&l->connect, number);
    ssize_t got = recv(l->tcps[number].fd, bytes, room < sizeof bytes ? room : sizeof bytes, 0);
    if (got >= 0) {
        wh_connect_received(&l->connect, number, bytes, (size_t)got);
    } else if (errno != EAGAIN && errno != EINTR) {
        wh_connect_failed(&l->connect, number, WH_NETWORK_LOST);
    }
}

static void transmit(line *l, const wh_step *step)
{
    ssize_t sent = send(l->tcps[step->tcp].fd, step->bytes, step->size, MSG_NOSIGNAL);
    bool is_broken = sent < 0 && errno != EAGAIN && errno != EINTR;
    wh_connect_sent(&l->connect, step->tcp, sent > 0 ? (size_t)sent : 0);
    if (is_broken) {
        wh_connect_failed(&l->connect, step->tcp, WH_NETWORK_LOST);
    }
}

static void wait_for_events(line *l, uint64_t wait_us)
{
    struct pollfd polled[WH_CONNECT_TCPS];
    for (unsigned i = 0; i < WH_CONNECT_TCPS; i++) {
        bool reads = wh_connect_room(&l->connect, i) > 0;
        bool writes = wh_connect_awaits_ready(&l->connect, i);
        polled[i] = (struct pollfd){
            .fd = reads || writes ? l->tcps[i].fd : -1,
            .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)),
        };
    }
    uint64_t wait_ms = wait_us / 1000 + 1;
    (void)poll(polled, WH_CONNECT_TCPS, wait_ms < INT_MAX ? (int)wait_ms : -1);
    for (unsigned i = 0; i < WH_CONNECT_TCPS; i++) {
        if (polled[i].revents != 0 && wh_connect_awaits_ready(&l->connect, i)) {
            ready(l, i);
        } else if (polled[i].revents != 0 && wh_connect_room(&l->connect, i) > 0) {
            receive(l, i);
        }
    }
}

/* ---- The app: asks for a page, and is content with the first bytes of the answer ------------------------
 */

static void ask(line *l)
{
    static const char text[] = "GET / HTTP/1.0\r\n\r\n";
    int taken = wh_connect_write(&l->connect, (const uint8_t *)text, sizeof text - 1);
    (void)taken; /* all, as the buffer is empty now and has room for it */
}

static void read_answer(line *l)
{
    uint8_t answer[512];
    if (wh_connect_read(&l->connect, answer, sizeof answer) > 0) {
        wh_connect_close(&l->connect, true);
    }
}

static void perform(line *l, const wh_step *step, const char *host, const char *port)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    switch (step->kind) {
    case WH_STEP_RESOLVE: /* blocks; a device asks on a task of its own */
        wh_connect_resolved(&l->connect, getaddrinfo(host, port, &hints, &l->addresses) == 0);
        break;
    case WH_STEP_OPEN:
        l->tcps[step->tcp].next = l->addresses;
        open_next(l, step->tcp, 0);
        break;
    case WH_STEP_SEND:
        transmit(l, step);
        break;
    case WH_STEP_SHUT:
        (void)shutdown(l->tcps[step->tcp].fd, SHUT_WR);
        break;
    case WH_STEP_CLOSE:
        close_tcp(&l->tcps[step->tcp]);
        break;
    case WH_STEP_OPENED:
        ask(l);
        break;
    case WH_STEP_READ:
        read_answer(l);
        break;
    case WH_STEP_WAIT:
        wait_for_events(l, step->wait_us);
        break;
    default:
        break;
    }
}

static wh_outcome connect_and_report(wh_client *client, const char *host, const char *port)
{
    line l = {.tcps = {{.fd = -1}, {.fd = -1}}};
    wh_connect_begin(&l.connect, client, &(wh_connect_options){.silence_ms = 10000});
    for (wh_step step = {0}; step.kind != WH_STEP_OVER;) {
        step = wh_connect_next(&l.connect);
        perform(&l, &step, host, port);
    }
    wh_outcome outcome = *wh_connect_outcome(&l.connect);
    int error = wh_connect_error(&l.connect);
    wh_connect_free(&l.connect);
    if (l.addresses != NULL) {
        freeaddrinfo(l.addresses);
    }
    char json[WH_OUTCOME_JSON_SIZE];
    if (wh_outcome_json(&outcome, json, sizeof json) > 0) {
        (void)puts(json);
    }
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s:%s: %s\n", host, port, wh_error_meaning(error));
    }
    return outcome;
}

static int run(const char *host, const char *port, size_t ca_size)
{
    unsigned long number = strtoul(port, NULL, 10);
    wh_client_config config = {
        .host = host,
        .port = number <= UINT16_MAX ? (uint16_t)number : 0, /* which is none */
        .ca = ca,
        .ca_size = ca_size,
    };
    wh_client client;
    int error = wh_client_init(&client, &config);
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
        return EXIT_USAGE;
    }
    wh_outcome first = connect_and_report(&client, host, port);
    wh_outcome second = first;
    if (first.result != WH_RESULT_FAILED) {
        second = connect_and_report(&client, host, port);
    }
    wh_client_free(&client);
    if (first.result == WH_RESULT_FAILED || second.result == WH_RESULT_FAILED) {
        return EXIT_FAILED;
    }
    return second.result == WH_RESULT_RESUMED ? EXIT_RESUMED : EXIT_NOT_RESUMED;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: resume HOST PORT CA.pem\n");
        return EXIT_USAGE;
    }
    long ca_size = read_ca(argv[3]);
    if (ca_size < 0) {
        return EXIT_USAGE;
    }
    static wh_host_device device;
    int error = wh_host_start(&device, NULL);
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
        return EXIT_FAILED;
    }
    int code = EXIT_USAGE;
    if (check_ca(argv[3], (size_t)ca_size) == WH_OK) {
        code = run(argv[1], argv[2], (size_t)ca_size);
    }
    wh_platform_remove();
    return code;
}
