#include "tls/attempt.h"

#include <errno.h>
#include <string.h>

/* A closed connection must not end the program on a desk; lwIP knows no such signal. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static bool set_up(int fd)
{
    int on = 1;
    int flags = fcntl(fd, F_GETFL, 0);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0; /* NOLINT(hicpp-signed-bitwise) */
}

static bool begin(wh_attempt *attempt, const wh_address *address)
{
    attempt->fd = socket(address->family, SOCK_STREAM, 0);
    if (attempt->fd < 0 || !set_up(attempt->fd)) {
        return false;
    }
    return connect(attempt->fd, &address->address.any, address->size) == 0 || errno == EINPROGRESS;
}

void wh_attempt_begin(wh_attempt *attempt, const wh_address *address, wh_client *client)
{
    memset(attempt, 0, sizeof *attempt);
    attempt->client = client;
    attempt->state = WH_ATTEMPT_CONNECTING;
    if (!begin(attempt, address)) {
        attempt->error = errno;
        attempt->state = WH_ATTEMPT_REFUSED;
    } else if (client != NULL) {
        wh_conn_buffers buffers = {attempt->in, sizeof attempt->in, attempt->out, sizeof attempt->out};
        attempt->has_conn = true;
        /* While TCP comes up. An error here is one of wh_conn_start() as well. */
        wh_conn_init(&attempt->conn, client, &buffers);
        int result = wh_conn_prepare(&attempt->conn);
        (void)result;
    }
}

void wh_attempt_watch(const wh_attempt *attempt, fd_set *readable, fd_set *writable, int *highest)
{
    bool connecting = attempt->state == WH_ATTEMPT_CONNECTING;
    if (!connecting && attempt->state != WH_ATTEMPT_UP) {
        return;
    }
    if (!connecting && !attempt->ended && attempt->wire_size < sizeof attempt->wire) {
        FD_SET(attempt->fd, readable);
    }
    if (connecting || attempt->unsent_size > 0) {
        FD_SET(attempt->fd, writable);
    }
    *highest = attempt->fd > *highest ? attempt->fd : *highest;
}

bool wh_attempt_came_up(wh_attempt *attempt, const fd_set *writable)
{
    if (attempt->state != WH_ATTEMPT_CONNECTING || !FD_ISSET(attempt->fd, writable)) {
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    if (error != 0) {
        attempt->error = error;
        attempt->state = WH_ATTEMPT_REFUSED;
        return false;
    }
    attempt->state = WH_ATTEMPT_UP;
    if (attempt->has_conn) {
        /* An error is in the outcome, and the state says that it has failed. */
        int result = wh_conn_start(&attempt->conn);
        (void)result;
    }
    return true;
}

wh_conn_state wh_attempt_conn_state(const wh_attempt *attempt)
{
    if (attempt->has_conn) {
        return wh_conn_get_state(&attempt->conn);
    }
    if (attempt->client != NULL || attempt->state < WH_ATTEMPT_UP) {
        return WH_CONN_IDLE;
    }
    if (attempt->state != WH_ATTEMPT_UP) {
        return WH_CONN_FAILED;
    }
    return attempt->eof_told ? WH_CONN_CLOSED : WH_CONN_OPEN;
}

/* The wire is gone. What the core makes of that is in its state. */
static void tell_eof(wh_attempt *attempt)
{
    attempt->ended = true;
    attempt->eof_told = true;
    if (attempt->has_conn) {
        int result = wh_conn_eof(&attempt->conn);
        (void)result;
    }
}

static void broke(wh_attempt *attempt)
{
    attempt->state = WH_ATTEMPT_BROKEN;
    attempt->unsent_size = 0;
    if (!attempt->eof_told) {
        tell_eof(attempt);
    }
}

static bool receive(wh_attempt *attempt)
{
    size_t room = sizeof attempt->wire - attempt->wire_size;
    if (attempt->state != WH_ATTEMPT_UP || attempt->ended || room == 0) {
        return false;
    }
    ssize_t got = recv(attempt->fd, attempt->wire + attempt->wire_size, room, 0);
    if (got > 0) {
        attempt->wire_size += (size_t)got;
        return true;
    }
    if (got < 0 && would_block()) {
        return false;
    }
    if (got < 0) {
        broke(attempt);
    } else {
        attempt->ended = true;
    }
    return true;
}

static void take_from_wire(wh_attempt *attempt, size_t taken)
{
    attempt->wire_size -= taken;
    memmove(attempt->wire, attempt->wire + taken, attempt->wire_size);
}

static bool feed(wh_attempt *attempt)
{
    if (!attempt->has_conn || attempt->wire_size == 0) {
        return false;
    }
    int taken = wh_conn_feed(&attempt->conn, attempt->wire, attempt->wire_size);
    if (taken < 0) {
        attempt->wire_size = 0; /* the connection has ended, and needs no more */
        return true;
    }
    take_from_wire(attempt, (size_t)taken);
    return taken > 0;
}

static bool drain(wh_attempt *attempt)
{
    size_t room = sizeof attempt->unsent - attempt->unsent_size;
    if (!attempt->has_conn || attempt->state != WH_ATTEMPT_UP || room == 0) {
        return false;
    }
    int got = wh_conn_drain(&attempt->conn, attempt->unsent + attempt->unsent_size, room);
    if (got <= 0) {
        return false;
    }
    attempt->unsent_size += (size_t)got;
    return true;
}

static bool transmit(wh_attempt *attempt)
{
    if (attempt->state != WH_ATTEMPT_UP || attempt->unsent_size == 0) {
        return false;
    }
    ssize_t sent = send(attempt->fd, attempt->unsent, attempt->unsent_size, MSG_NOSIGNAL);
    if (sent < 0 && would_block()) {
        return false;
    }
    if (sent < 0) {
        broke(attempt);
        return true;
    }
    attempt->unsent_size -= (size_t)sent;
    memmove(attempt->unsent, attempt->unsent + sent, attempt->unsent_size);
    return sent > 0;
}

bool wh_attempt_pump(wh_attempt *attempt)
{
    bool moved = receive(attempt);
    moved = feed(attempt) || moved;
    if (attempt->ended && !attempt->eof_told && attempt->wire_size == 0) {
        tell_eof(attempt);
        moved = true;
    }
    moved = drain(attempt) || moved;
    return transmit(attempt) || moved;
}

int wh_attempt_write(wh_attempt *attempt, const uint8_t *bytes, size_t size)
{
    if (attempt->has_conn) {
        return wh_conn_write(&attempt->conn, bytes, size);
    }
    size_t room = sizeof attempt->unsent - attempt->unsent_size;
    size_t taken = size < room ? size : room;
    memcpy(attempt->unsent + attempt->unsent_size, bytes, taken);
    attempt->unsent_size += taken;
    return (int)taken;
}

int wh_attempt_read(wh_attempt *attempt, uint8_t *out, size_t size)
{
    if (attempt->has_conn) {
        return wh_conn_read(&attempt->conn, out, size);
    }
    size_t taken = attempt->wire_size < size ? attempt->wire_size : size;
    memcpy(out, attempt->wire, taken);
    take_from_wire(attempt, taken);
    return (int)taken;
}

bool wh_attempt_has_drained(const wh_attempt *attempt)
{
    return attempt->state != WH_ATTEMPT_UP || attempt->unsent_size == 0;
}

void wh_attempt_shut(wh_attempt *attempt)
{
    if (attempt->state == WH_ATTEMPT_UP) {
        (void)shutdown(attempt->fd, SHUT_WR);
    }
}

void wh_attempt_hang_up(wh_attempt *attempt)
{
    while (drain(attempt) || transmit(attempt)) {
    }
    if (attempt->state != WH_ATTEMPT_NONE && attempt->fd >= 0) {
        (void)close(attempt->fd);
        attempt->fd = -1;
    }
    attempt->state = attempt->state == WH_ATTEMPT_NONE ? WH_ATTEMPT_NONE : WH_ATTEMPT_BROKEN;
    attempt->retired = true;
}

void wh_attempt_drop(wh_attempt *attempt)
{
    wh_attempt_hang_up(attempt);
    if (attempt->has_conn) {
        wh_conn_free(&attempt->conn);
        attempt->has_conn = false;
    }
    attempt->state = WH_ATTEMPT_NONE;
}
