/** @file
 * What errno says of TCP, in the words of errors.h, for ports whose sockets are BSD's.
 */
#ifndef WARMHELLO_TCP_ERROR_H
#define WARMHELLO_TCP_ERROR_H

#include <errno.h>
#include <stdbool.h>

#include "warmhello/errors.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whether the last call on a socket was only too early, by errno. */
static inline bool wh_tcp_would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/** Why TCP did not come about, for wh_connect_failed(). `number`: as errno has it. lwIP says ECONNRESET where
 * a server refuses, ETIMEDOUT never, ECONNABORTED when it has sent its last SYN (much later than any deadline
 * here) or when the device's own address goes; Linux says ECONNREFUSED and ETIMEDOUT. What is not known to be
 * the server's is the way's, and counts nothing. */
static inline int wh_tcp_error(int number)
{
    switch (number) {
    case ECONNREFUSED:
    case ECONNRESET:
        return WH_NETWORK_REFUSED;
    case ETIMEDOUT:
        return WH_NETWORK_TIMEOUT;
    case ENOMEM:
    case ENOBUFS:
    case ENFILE:
    case EMFILE:
        return WH_PLATFORM_MEMORY;
    default: /* EHOSTUNREACH, ENETUNREACH, ECONNABORTED, EADDRNOTAVAIL */
        return WH_NETWORK_UNREACHABLE;
    }
}

#ifdef __cplusplus
}
#endif

#endif
