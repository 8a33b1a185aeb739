/** A TCP connection to a server on this machine that counts what TLS puts on it. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tcp_wire {
    int fd;
    uint16_t client_port;
    uint32_t bytes_tx;
    uint32_t bytes_rx;
    /** Changes of direction, counting the first. */
    uint32_t flights;
    char last_direction;
} tcp_wire;

/** Connects to 127.0.0.1. False, with a message, if that fails. */
bool wire_connect(tcp_wire *wire, uint16_t port);

/** Sends all bytes. The size, or -1. */
int wire_send(tcp_wire *wire, const void *bytes, size_t size);

/** Waits for bytes and receives what is there, at most `size`. The size, 0 when the
 * server has closed, or -1. */
int wire_receive(tcp_wire *wire, void *out, size_t size);

void wire_close(tcp_wire *wire);

#endif
