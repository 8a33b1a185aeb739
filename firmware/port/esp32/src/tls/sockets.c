#include "tls/sockets.h"

#include <errno.h>

#include "log/wake_log.h"
#include "warmhello/tcp_error.h"

/* A closed connection must not end the program on a desk; lwIP knows no such signal. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* -1: none. */
static int fds[WH_CONNECT_TCPS] = {-1, -1};

static bool set_up(int fd)
{
    int on = 1;
    int flags = fcntl(fd, F_GETFL, 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0; /* NOLINT(hicpp-signed-bitwise) */
}

static void begin(wh_connect *c, unsigned tcp, const wh_address *server)
{
    int fd = socket(server->family, SOCK_STREAM, 0);
    fds[tcp] = fd;
    if (fd < 0 || !set_up(fd) ||
        (connect(fd, &server->address.any, server->size) != 0 && errno != EINPROGRESS)) {
        wh_connect_failed(c, tcp, wh_tcp_error(errno));
    }
}

static void transmit(wh_connect *c, const wh_step *step)
{
    ssize_t sent = send(fds[step->tcp], step->bytes, step->size, MSG_NOSIGNAL);
    bool is_broken = sent < 0 && !wh_tcp_would_block();
    wh_connect_sent(c, step->tcp, sent > 0 ? (size_t)sent : 0);
    if (is_broken) {
        wh_connect_failed(c, step->tcp, WH_NETWORK_LOST);
    }
}

static void end(unsigned tcp)
{
    if (fds[tcp] >= 0) {
        (void)close(fds[tcp]);
    }
    fds[tcp] = -1;
}

void wh_sockets_perform(wh_connect *c, const wh_step *step, const wh_address *server)
{
    switch (step->kind) {
    case WH_STEP_OPEN:
        begin(c, step->tcp, server);
        break;
    case WH_STEP_SEND:
        transmit(c, step);
        break;
    case WH_STEP_SHUT:
        (void)shutdown(fds[step->tcp], SHUT_WR);
        break;
    case WH_STEP_CLOSE:
        end(step->tcp);
        break;
    default:
        break;
    }
}

void wh_sockets_watch(const wh_connect *c, fd_set *readable, fd_set *writable, int *highest)
{
    for (unsigned tcp = 0; tcp < WH_CONNECT_TCPS; tcp++) {
        bool reads = wh_connect_room(c, tcp) > 0;
        bool writes = wh_connect_awaits_ready(c, tcp);
        if (reads) {
            FD_SET(fds[tcp], readable);
        }
        if (writes) {
            FD_SET(fds[tcp], writable);
        }
        if ((reads || writes) && fds[tcp] > *highest) {
            *highest = fds[tcp];
        }
    }
}

static void tell_ready(wh_connect *c, unsigned tcp)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fds[tcp], SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    if (error != 0) {
        wh_connect_failed(c, tcp, wh_tcp_error(error));
        return;
    }
    wh_connect_ready(c, tcp);
    wh_wake_log_mark(WH_PHASE_TCP); /* the first time counts: with the ClientHello, which is written by now */
}

void wh_sockets_tell_ready(wh_connect *c, const fd_set *writable)
{
    for (unsigned tcp = 0; tcp < WH_CONNECT_TCPS; tcp++) {
        if (wh_connect_awaits_ready(c, tcp) && FD_ISSET(fds[tcp], writable)) {
            tell_ready(c, tcp);
        }
    }
}

static bool receive(wh_connect *c, unsigned tcp)
{
    uint8_t bytes[1024];
    size_t room = wh_connect_room(c, tcp);
    if (room == 0) {
        return false;
    }
    ssize_t got = recv(fds[tcp], bytes, room < sizeof bytes ? room : sizeof bytes, 0);
    if (got >= 0) {
        wh_connect_received(c, tcp, bytes, (size_t)got);
    } else if (!wh_tcp_would_block()) {
        wh_connect_failed(c, tcp, WH_NETWORK_LOST);
    }
    return got > 0;
}

bool wh_sockets_receive(wh_connect *c)
{
    bool has_come = false;
    for (unsigned tcp = 0; tcp < WH_CONNECT_TCPS; tcp++) {
        has_come = receive(c, tcp) || has_come;
    }
    return has_come;
}
