#include "tcp_options.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

bool wh_tcp_set_blocking(int fd, bool blocks)
{
    int flags = fcntl(fd, F_GETFL, 0);
    if (flags < 0) {
        return false;
    }
    int wanted = blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK; /* NOLINT(hicpp-signed-bitwise) */
    return wanted == flags || fcntl(fd, F_SETFL, wanted) == 0;
}

/* What the second TCP connection takes over from the caller's. */
static const struct {
    int level;
    int name;
} copied[] = {
    {SOL_SOCKET, SO_KEEPALIVE},    {SOL_SOCKET, SO_RCVTIMEO},
    {SOL_SOCKET, SO_SNDTIMEO},     {IPPROTO_TCP, TCP_NODELAY},
#ifdef TCP_KEEPIDLE
    {IPPROTO_TCP, TCP_KEEPIDLE},
#endif
#ifdef TCP_KEEPINTVL
    {IPPROTO_TCP, TCP_KEEPINTVL},
#endif
#ifdef TCP_KEEPCNT
    {IPPROTO_TCP, TCP_KEEPCNT},
#endif
#ifdef SO_BINDTODEVICE
    {SOL_SOCKET, SO_BINDTODEVICE},
#endif
};

/* An option that one of the two does not know, or may not have, is left as it is. */
void wh_tcp_copy_options(int from, int to)
{
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++) {
        uint8_t value[64];
        socklen_t size = sizeof value;
        if (getsockopt(from, copied[i].level, copied[i].name, value, &size) == 0 && size > 0) {
            (void)setsockopt(to, copied[i].level, copied[i].name, value, size);
        }
    }
}

void wh_tcp_set_number(int fd, int level, int name, int value)
{
    if (value > 0) {
        (void)setsockopt(fd, level, name, &value, sizeof value);
    }
}

void wh_tcp_keep_alive(int fd, const wh_socket_options *options)
{
    wh_tcp_set_number(fd, SOL_SOCKET, SO_KEEPALIVE, options->keep_alive_idle_s > 0);
#ifdef TCP_KEEPIDLE
    wh_tcp_set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, options->keep_alive_idle_s);
#endif
#ifdef TCP_KEEPINTVL
    wh_tcp_set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, options->keep_alive_interval_s);
#endif
#ifdef TCP_KEEPCNT
    wh_tcp_set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, options->keep_alive_count);
#endif
}
