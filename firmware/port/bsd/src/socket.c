#include "warmhello/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "opened.h"
#include "tcp_options.h"
#include "warmhello/connect.h"
#include "warmhello/platform.h"
#include "warmhello/tcp_error.h"

/* A closed connection must not end the program on a desk; lwIP knows no such signal. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* A write holds what it was given in one record, which takes as much memory until it has left. */
enum { RECORD_MAX = 4096 };

/* How long a write without a limit waits for a server that may itself wait for what it sent to be read. */
enum { BLOCKED_MS = 1000 };

/* One of the connect's TCP connections. */
typedef struct line {
    int fd; /* -1: none */
    bool is_callers;
    const struct addrinfo *next;
} line;

struct wh_socket {
    wh_client client;
    wh_connect connect;
    wh_socket_options options;
    wh_outcome outcome;
    /* Where TCP goes, for getaddrinfo(). */
    char host[WH_HOST_MAX + 1];
    char port[sizeof "65535"];
    struct addrinfo *found;
    /* What the caller's TCP is connected to, and whether the first attempt has taken it. */
    bool is_taken;
    struct addrinfo peer;
    struct sockaddr_storage peer_address;
    /* Where it comes from, with any port. */
    struct sockaddr_storage own_address;
    socklen_t own_size; /* 0: not known */
    line lines[WH_CONNECT_TCPS];
    /* The line that opened, or before that the newest. */
    unsigned in_use;
    /* The handshake is done; or what is written may be early data before it is. */
    bool is_open;
    bool opens_early;
    bool is_held;
    bool has_sent;
    /* Threads that wait for what comes. */
    unsigned readers;
};

/* What a thread waits for. A writer takes in what comes as well, as a server may wait for that, but not in
 * the place of a reader, who would go on waiting for it. */
typedef enum role { READER, WRITER } role;

/* ---- TCP ----------------------------------------------------------------------------------------------- */

/* Where there are several networks the second TCP connection goes by that of the first. lwIP tells nobody
 * which one SO_BINDTODEVICE has chosen, and finds the way by the address that a connection comes from. */
static void come_from(const wh_socket *s, int fd)
{
    if (s->own_size > 0) {
        (void)bind(fd, (const struct sockaddr *)&s->own_address, s->own_size);
    }
}

static bool set_up(const wh_socket *s, int fd)
{
    if (s->options.has_tcp) {
        wh_tcp_copy_options(s->options.tcp, fd);
        come_from(s, fd);
    } else {
        wh_tcp_set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        wh_tcp_keep_alive(fd, &s->options);
    }
    return wh_tcp_set_blocking(fd, false);
}

/* The one in use stays a socket until wh_socket_close(): somebody may select() it. */
static void close_line(wh_socket *s, unsigned number)
{
    line *l = &s->lines[number];
    if (l->fd < 0) {
        return;
    }
    bool stays = s->is_open && number == s->in_use;
    if (stays || l->is_callers) {
        (void)shutdown(l->fd, SHUT_RDWR);
    } else {
        (void)close(l->fd);
    }
    l->fd = stays ? l->fd : -1;
}

static int open_tcp(const wh_socket *s, const struct addrinfo *to)
{
    int fd = socket(to->ai_family, SOCK_STREAM, 0);
    if (fd < 0) {
        return -1;
    }
    bool begins = set_up(s, fd) &&
                  (connect(fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS || errno == EINTR);
    if (!begins) {
        int failed = errno;
        (void)close(fd);
        errno = failed;
        return -1;
    }
    return fd;
}

/* Begins to connect to the next of the host's addresses, or tells that none is left. */
static void open_next(wh_socket *s, unsigned number, int failed)
{
    line *l = &s->lines[number];
    close_line(s, number);
    while (l->fd < 0 && l->next != NULL) {
        const struct addrinfo *to = l->next;
        l->next = to->ai_next;
        l->fd = open_tcp(s, to);
        failed = errno;
    }
    if (l->fd < 0) {
        wh_connect_failed(&s->connect, number, wh_tcp_error(failed));
    }
}

static void learn_own(wh_socket *s)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage room;
    } own = {0};
    socklen_t size = sizeof own;
    if (getsockname(s->options.tcp, &own.any, &size) != 0) {
        return;
    }
    if (own.any.sa_family == AF_INET6) {
        own.v6.sin6_port = 0;
    } else {
        own.v4.sin_port = 0;
    }
    s->own_address = own.room;
    s->own_size = size;
}

/* Where a second TCP connection goes; once a server has hung up, nobody can tell any more. */
static void learn_peer(wh_socket *s)
{
    socklen_t size = sizeof s->peer_address;
    struct sockaddr *address = (struct sockaddr *)&s->peer_address;
    if (s->peer.ai_addr == NULL && getpeername(s->options.tcp, address, &size) == 0) {
        s->peer = (struct addrinfo){
            .ai_family = s->peer_address.ss_family,
            .ai_addr = address,
            .ai_addrlen = size,
        };
        learn_own(s);
    }
}

static const struct addrinfo *addresses(const wh_socket *s)
{
    return !s->options.has_tcp ? s->found : s->peer.ai_addr != NULL ? &s->peer : NULL;
}

static void begin(wh_socket *s, unsigned number)
{
    s->in_use = number;
    if (s->options.has_tcp && !s->is_taken) {
        s->is_taken = true;
        s->lines[number] = (line){.fd = s->options.tcp, .is_callers = true};
        return;
    }
    s->lines[number] = (line){.fd = -1, .next = addresses(s)};
    open_next(s, number, EHOSTUNREACH);
}

static void transmit(wh_socket *s, const wh_step *step)
{
    ssize_t sent = send(s->lines[step->tcp].fd, step->bytes, step->size, MSG_NOSIGNAL | MSG_DONTWAIT);
    bool is_broken = sent < 0 && !wh_tcp_would_block();
    s->has_sent = s->has_sent || sent > 0;
    wh_connect_sent(&s->connect, step->tcp, sent > 0 ? (size_t)sent : 0);
    if (is_broken) {
        wh_connect_failed(&s->connect, step->tcp, WH_NETWORK_LOST);
    }
}

static void receive(wh_socket *s, unsigned number)
{
    uint8_t bytes[WH_CONNECT_ROOM_DEFAULT];
    size_t room = wh_connect_room(&s->connect, number);
    ssize_t got = recv(s->lines[number].fd, bytes, room < sizeof bytes ? room : sizeof bytes, MSG_DONTWAIT);
    if (got >= 0) {
        (void)wh_connect_received(&s->connect, number, bytes, (size_t)got);
    } else if (!wh_tcp_would_block()) {
        wh_connect_failed(&s->connect, number, WH_NETWORK_LOST);
    }
}

static void ready(wh_socket *s, unsigned number)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(s->lines[number].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    /* The caller's was up once: what has become of it since, sending and receiving tell. */
    bool is_callers = s->lines[number].is_callers;
    if (error != 0 && !is_callers) {
        open_next(s, number, error);
        return;
    }
    if (is_callers) {
        learn_peer(s);
    }
    wh_connect_ready(&s->connect, number);
}

static bool receives(const wh_socket *s, unsigned number, role by)
{
    return (by == READER || s->readers == 0) && wh_connect_room(&s->connect, number) > 0;
}

static void tell(wh_socket *s, unsigned number, int events, role by)
{
    bool is_broken = (events & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if ((is_broken || (events & POLLOUT) != 0) && wh_connect_awaits_ready(&s->connect, number)) {
        ready(s, number);
    }
    if ((is_broken || (events & POLLIN) != 0) && receives(s, number, by)) {
        receive(s, number);
    }
}

/* ---- Steps: all of it under the lock ---------------------------------------------------------------------
 */

/* Waits without the lock. True: something has happened. */
static bool wait_for_events(wh_socket *s, uint64_t wait_us, role by)
{
    struct pollfd polled[WH_CONNECT_TCPS];
    for (unsigned i = 0; i < WH_CONNECT_TCPS; i++) {
        bool reads = receives(s, i, by);
        bool writes = wh_connect_awaits_ready(&s->connect, i);
        polled[i] = (struct pollfd){
            .fd = reads || writes ? s->lines[i].fd : -1,
            .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)),
        };
    }
    uint64_t wait_ms = wait_us / 1000 + (wait_us % 1000 != 0);
    s->readers += by == READER;
    wh_core_unlock();
    int count = poll(polled, WH_CONNECT_TCPS, wait_ms < INT_MAX ? (int)wait_ms : -1);
    bool is_broken = count < 0 && !wh_tcp_would_block();
    wh_core_lock();
    s->readers -= by == READER;
    if (is_broken) {
        wh_connect_end(&s->connect, WH_PLATFORM_MEMORY); /* all that is wrong with poll() otherwise */
        return true;
    }
    for (unsigned i = 0; count > 0 && i < WH_CONNECT_TCPS; i++) {
        tell(s, i, polled[i].revents, by);
    }
    return count > 0;
}

static void resolve(wh_socket *s)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    if (s->options.has_tcp) {
        wh_connect_resolved(&s->connect, true);
        return;
    }
    struct addrinfo *found = NULL;
    wh_core_unlock();
    bool is_known = getaddrinfo(s->host, s->port, &hints, &found) == 0;
    wh_core_lock();
    s->found = is_known ? found : NULL;
    wh_connect_resolved(&s->connect, is_known);
}

/* The others are closed by now, unless it is open early. */
static void opened(wh_socket *s)
{
    if (!s->options.is_plain && wh_connect_outcome(&s->connect)->result == WH_RESULT_PENDING) {
        s->opens_early = true;
        return;
    }
    s->in_use = s->lines[0].fd >= 0 ? 0 : 1;
    s->is_open = true;
    const line *chosen = &s->lines[s->in_use];
    if (s->options.has_tcp && !chosen->is_callers) {
        int flags = fcntl(s->options.tcp, F_GETFL, 0);
        (void)wh_tcp_set_blocking(chosen->fd, flags >= 0 && (flags & O_NONBLOCK) == 0);
    }
}

/* True if that was one to be done here. */
static bool perform(wh_socket *s, const wh_step *step)
{
    switch (step->kind) {
    case WH_STEP_RESOLVE:
        resolve(s);
        return true;
    case WH_STEP_OPEN:
        begin(s, step->tcp);
        return true;
    case WH_STEP_SEND:
        transmit(s, step);
        return true;
    case WH_STEP_SHUT:
        (void)shutdown(s->lines[step->tcp].fd, SHUT_WR);
        return true;
    case WH_STEP_CLOSE:
        close_line(s, step->tcp);
        return true;
    case WH_STEP_OPENED:
    case WH_STEP_SECURED:
        opened(s);
        return false;
    default:
        return false;
    }
}

/* Does all that can be done now; the step that remains is for the caller: OPENED, READ, WAIT or OVER. */
static wh_step proceed(wh_socket *s)
{
    wh_step step;
    do {
        step = wh_connect_next(&s->connect);
    } while (perform(s, &step));
    return step;
}

/* All that can leave now does: nobody knows when the caller calls again. */
static void send_all(wh_socket *s)
{
    wh_step_kind kind;
    do {
        kind = proceed(s).kind;
    } while (kind == WH_STEP_OPENED || kind == WH_STEP_SECURED);
}

static uint64_t moment_in(uint32_t wait_ms)
{
    return wait_ms == WH_SOCKET_WAIT ? UINT64_MAX : wh_clock_elapsed_us() + (uint64_t)wait_ms * 1000;
}

/* WH_SOCKET_AGAIN: the time is over, and nothing has happened. */
static int wait_until(wh_socket *s, const wh_step *step, uint64_t until_us, role by)
{
    uint64_t now_us = wh_clock_elapsed_us();
    uint64_t left_us = until_us > now_us ? until_us - now_us : 0;
    bool has_moved = wait_for_events(s, step->wait_us < left_us ? step->wait_us : left_us, by);
    return has_moved || left_us > 0 ? WH_OK : WH_SOCKET_AGAIN;
}

/* ---- The caller's side: under the lock, too ---------------------------------------------------------------
 */

/* The app reads again. */
static void let_go(wh_socket *s)
{
    if (s->is_held) {
        s->is_held = false;
        wh_connect_hold(&s->connect, false);
    }
}

/* The app does something else than to read. True: plaintext waits for it. */
static bool hold(wh_socket *s)
{
    bool waits = wh_connect_pending(&s->connect) > 0;
    if (waits != s->is_held) {
        s->is_held = waits;
        wh_connect_hold(&s->connect, waits);
    }
    return waits;
}

/* The end may have come with the last bytes that there are, and then no select() sees it before TCP is shut
 * down. */
static size_t look_ahead(wh_socket *s)
{
    size_t pending = wh_connect_pending(&s->connect);
    if (pending == 0 && s->is_open) {
        (void)proceed(s);
    }
    return pending;
}

static int hand_shake(wh_socket *s, uint64_t until_us)
{
    int result = WH_OK;
    while (!s->is_open && result == WH_OK) {
        wh_step step = proceed(s);
        if (step.kind == WH_STEP_OVER) {
            int error = wh_connect_error(&s->connect);
            result = error != WH_OK ? error : WH_USAGE_STATE;
        } else if (step.kind == WH_STEP_WAIT) {
            result = wait_until(s, &step, until_us, READER);
        }
    }
    if (result == WH_OK) {
        send_all(s);
    }
    return result;
}

static int read_some(wh_socket *s, void *out, size_t size, uint64_t until_us)
{
    let_go(s);
    int got = wh_connect_read(&s->connect, out, size);
    for (bool is_over = false; got == 0 && !is_over;) {
        wh_step step = proceed(s);
        if (step.kind == WH_STEP_READ) {
            got = wh_connect_read(&s->connect, out, size);
        } else if (step.kind == WH_STEP_OVER) {
            got = wh_connect_error(&s->connect);
            is_over = true;
        } else if (step.kind == WH_STEP_WAIT) {
            got = wait_until(s, &step, until_us, READER);
        }
    }
    if (got > 0) {
        (void)look_ahead(s);
    }
    return got;
}

/* As long as bytes leave, there is room for more of the record that was begun; else waits. */
static int give_way(wh_socket *s, uint64_t until_us, uint64_t blocked_us)
{
    s->has_sent = false;
    wh_step step = proceed(s);
    if (step.kind == WH_STEP_READ || s->is_held) {
        (void)hold(s); /* which also sees an end */
    }
    if (step.kind != WH_STEP_WAIT || s->has_sent) {
        return WH_OK;
    }
    return wait_until(s, &step, s->is_held ? blocked_us : until_us, WRITER);
}

static int write_some(wh_socket *s, const void *bytes, size_t size, uint64_t until_us)
{
    uint64_t blocked_us = until_us == UINT64_MAX ? moment_in(BLOCKED_MS) : until_us;
    size_t part = size < RECORD_MAX ? size : RECORD_MAX;
    int taken = wh_connect_write(&s->connect, bytes, part);
    while (taken == 0) {
        int waited = give_way(s, until_us, blocked_us);
        taken = waited == WH_OK ? wh_connect_write(&s->connect, bytes, part) : waited;
    }
    if (taken > 0) {
        send_all(s);
    }
    int error = taken == WH_USAGE_STATE ? wh_connect_error(&s->connect) : WH_OK;
    return error != WH_OK ? error : taken;
}

static bool takes_bytes(const wh_socket *s, const wh_step *step)
{
    if (step->kind == WH_STEP_OPENED && s->opens_early) {
        return true;
    }
    return step->kind == WH_STEP_WAIT && s->is_open && !wh_connect_awaits_ready(&s->connect, s->in_use);
}

/* As a writer of nothing: the room that what was written before has taken is needed again. */
static int await_room(wh_socket *s, uint64_t until_us)
{
    for (bool goes_on = true; goes_on;) {
        wh_step step = proceed(s);
        if (step.kind == WH_STEP_READ || s->is_held) {
            (void)hold(s);
        }
        if (step.kind == WH_STEP_OVER) {
            int error = wh_connect_error(&s->connect);
            return error != WH_OK ? error : WH_USAGE_STATE;
        }
        if (takes_bytes(s, &step)) {
            return WH_OK;
        }
        goes_on = step.kind != WH_STEP_WAIT || wait_until(s, &step, until_us, WRITER) == WH_OK;
    }
    return WH_SOCKET_AGAIN;
}

static int await_some(wh_socket *s, uint64_t until_us)
{
    let_go(s);
    int result = WH_SOCKET_AGAIN;
    for (bool goes_on = true; goes_on;) {
        wh_step step = proceed(s);
        if (step.kind == WH_STEP_OVER || (step.kind == WH_STEP_READ && hold(s))) {
            result = WH_OK;
            goes_on = false;
        } else if (step.kind == WH_STEP_WAIT) {
            goes_on = wait_until(s, &step, until_us, READER) == WH_OK;
        }
    }
    return result;
}

/* ---- The caller's calls
 * ------------------------------------------------------------------------------------ */

static int copy_text(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length >= size) {
        return WH_USAGE_HOST;
    }
    memcpy(to, from, length + 1);
    return WH_OK;
}

static int begin_client(wh_socket *s, const wh_client_config *config)
{
    if (!s->options.is_plain) {
        return wh_client_init(&s->client, config);
    }
    if (config->host == NULL || config->port == 0) {
        return WH_USAGE_ARGUMENT;
    }
    return wh_host_read(config->host, &s->client.host);
}

static int begin_socket(wh_socket *s, const wh_client_config *config, const wh_socket_options *options)
{
    s->options = *options;
    s->lines[0].fd = -1;
    s->lines[1].fd = -1;
    int error = begin_client(s, config);
    if (error != WH_OK) {
        return error;
    }
    const char *to = options->tcp_host != NULL ? options->tcp_host : s->client.host.text;
    error = copy_text(s->host, sizeof s->host, to);
    if (error != WH_OK) {
        wh_client_free(&s->client);
        return error;
    }
    (void)snprintf(s->port, sizeof s->port, "%u", (unsigned)config->port);
    if (s->options.has_tcp) {
        learn_peer(s);
    }
    const wh_connect_options limits = {.timeout_ms = options->timeout_ms, .silence_ms = options->silence_ms};
    wh_connect_begin(&s->connect, s->options.is_plain ? NULL : &s->client, &limits);
    return WH_OK;
}

static int make(const wh_client_config *config, const wh_socket_options *options, wh_socket **out)
{
    static const wh_socket_options defaults;
    if (wh_platform_get() == NULL) {
        return WH_USAGE_STATE;
    }
    wh_socket *made = wh_allocate(sizeof *made);
    if (made == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    memset(made, 0, sizeof *made);
    int error = begin_socket(made, config, options != NULL ? options : &defaults);
    if (error != WH_OK) {
        wh_release(made, sizeof *made);
        return error;
    }
    *out = made;
    return WH_OK;
}

int wh_socket_open(const wh_client_config *config, const wh_socket_options *options, wh_socket **out)
{
    *out = NULL;
    wh_core_lock();
    int error = make(config, options, out);
    wh_core_unlock();
    return error;
}

/* What has come meanwhile comes first: the connect would take a server for silent that was not asked. */
static uint64_t enter(wh_socket *s, uint32_t wait_ms, role by)
{
    wh_core_lock();
    uint64_t until_us = moment_in(wait_ms);
    (void)wait_for_events(s, 0, by);
    return until_us;
}

int wh_socket_handshake(wh_socket *s, uint32_t wait_ms)
{
    uint64_t until_us = enter(s, wait_ms, READER);
    int result = hand_shake(s, until_us);
    wh_core_unlock();
    return result;
}

int wh_socket_read(wh_socket *s, void *out, size_t size, uint32_t wait_ms)
{
    if (size == 0) {
        return WH_USAGE_ARGUMENT;
    }
    uint64_t until_us = enter(s, wait_ms, READER);
    int got = read_some(s, out, size, until_us);
    wh_core_unlock();
    return got;
}

int wh_socket_await(wh_socket *s, uint32_t wait_ms)
{
    uint64_t until_us = enter(s, wait_ms, READER);
    int result = await_some(s, until_us);
    wh_core_unlock();
    return result;
}

int wh_socket_write(wh_socket *s, const void *bytes, size_t size, uint32_t wait_ms)
{
    if (size == 0) {
        return 0;
    }
    uint64_t until_us = enter(s, wait_ms, WRITER);
    int taken = write_some(s, bytes, size, until_us);
    wh_core_unlock();
    return taken;
}

int wh_socket_await_room(wh_socket *s, uint32_t wait_ms)
{
    uint64_t until_us = enter(s, wait_ms, WRITER);
    int result = await_room(s, until_us);
    wh_core_unlock();
    return result;
}

size_t wh_socket_pending(wh_socket *s)
{
    wh_core_lock();
    size_t pending = look_ahead(s);
    wh_core_unlock();
    return pending;
}

int wh_socket_tcp(const wh_socket *s)
{
    return s->lines[s->in_use].fd;
}

const wh_outcome *wh_socket_outcome(wh_socket *s)
{
    wh_core_lock();
    s->outcome = *wh_connect_outcome(&s->connect);
    wh_core_unlock();
    return &s->outcome;
}

int wh_socket_finish(wh_socket *s)
{
    wh_core_lock();
    wh_connect_close(&s->connect, true);
    wh_step step = proceed(s);
    while (step.kind != WH_STEP_OVER) {
        (void)wait_for_events(s, step.wait_us, READER);
        step = proceed(s);
    }
    /* Of what the end was otherwise, reads and writes have told all that the app wanted to know. */
    int error = wh_connect_has_unsent(&s->connect) ? wh_connect_error(&s->connect) : WH_OK;
    wh_core_unlock();
    return error;
}

int wh_socket_close(wh_socket *s)
{
    if (s == NULL) {
        return WH_OK;
    }
    int error = wh_socket_finish(s);
    wh_core_lock();
    s->is_open = false; /* so that the one in use is closed as well */
    for (unsigned i = 0; i < WH_CONNECT_TCPS; i++) {
        close_line(s, i);
    }
    wh_connect_free(&s->connect);
    wh_client_free(&s->client);
    if (s->found != NULL) {
        freeaddrinfo(s->found);
    }
    wh_release(s, sizeof *s);
    wh_core_unlock();
    return error;
}
