#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A server that hangs must not hang the bench. */
#define TIMEOUT_S 20

bool wire_connect(tcp_wire *wire, uint16_t port)
{
    memset(wire, 0, sizeof *wire);
    struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in here;
    socklen_t here_size = sizeof here;
    struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int now = 1;
    wire->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (wire->fd < 0 || connect(wire->fd, (struct sockaddr *)&there, sizeof there) != 0 ||
        getsockname(wire->fd, (struct sockaddr *)&here, &here_size) != 0 ||
        setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0 ||
        setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now) != 0) {
        perror("no connection to the server");
        wire_close(wire);
        return false;
    }
    wire->client_port = ntohs(here.sin_port);
    return true;
}

static void turn(tcp_wire *wire, char direction)
{
    if (wire->last_direction != direction) {
        wire->last_direction = direction;
        wire->flights++;
    }
}

int wire_send(tcp_wire *wire, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    for (size_t sent = 0; sent < size;) {
        ssize_t part = send(wire->fd, from + sent, size - sent, MSG_NOSIGNAL);
        if (part <= 0) {
            return -1;
        }
        sent += (size_t)part;
    }
    turn(wire, '>');
    wire->bytes_tx += (uint32_t)size;
    return (int)size;
}

int wire_receive(tcp_wire *wire, void *out, size_t size)
{
    ssize_t got = recv(wire->fd, out, size, 0);
    if (got > 0) {
        turn(wire, '<');
        wire->bytes_rx += (uint32_t)got;
    }
    return (int)got;
}

void wire_close(tcp_wire *wire)
{
    if (wire->fd >= 0) {
        (void)close(wire->fd);
        wire->fd = -1;
    }
}
