/* A TLS client library that warmhello is measured beside, as the emulated device (device.c) drives it: one
 * client with one connection at a time. Each stack's own folder has a stack.c that does what is declared
 * here. */
#ifndef PEER_STACK_H
#define PEER_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"

/* It can do no more until bytes have arrived. Errors are positive: the library's own, without their sign. */
#define STACK_WAITS (-1)

/* `given` is valid during the call. */
bool stack_client_new(const wh_client_config *given);
void stack_client_free(void);

/* Makes a connection, with the session that the device keeps if it keeps one. Returns 0 or an error. */
int stack_begin(const char *host);

/* Goes on with the handshake. Returns 0 once it is done, STACK_WAITS or an error. */
int stack_shake_hands(void);

/* Takes in all that has arrived after the handshake. Returns 0 or an error. */
int stack_read(void);

/* After the handshake. Returns how many bytes were taken, or a negative number. */
int stack_write(const uint8_t *bytes, size_t size);

/* Says goodbye. */
void stack_close(void);

/* Whether the handshake went without a certificate. */
bool stack_is_resumed(void);

/* Releases the connection. */
void stack_end(void);

#endif
