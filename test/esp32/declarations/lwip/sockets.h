/* lwip/lwip/src/include/lwip/sockets.h, inet.h and, for select, ESP-IDF's vfs. Those that this port uses are
 * as in POSIX, which takes their place on a desk. */
#ifndef LWIP_SOCKETS_H
#define LWIP_SOCKETS_H

#ifdef __linux__
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#else

#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

typedef uint32_t socklen_t;

struct sockaddr {
    uint8_t sa_len;
    uint8_t sa_family;
    char sa_data[14];
};

struct in_addr {
    uint32_t s_addr;
};

struct sockaddr_in {
    uint8_t sin_len;
    uint8_t sin_family;
    uint16_t sin_port;
    struct in_addr sin_addr;
    char sin_zero[8];
};

struct in6_addr {
    uint8_t s6_addr[16];
};

struct sockaddr_in6 {
    uint8_t sin6_len;
    uint8_t sin6_family;
    uint16_t sin6_port;
    uint32_t sin6_flowinfo;
    struct in6_addr sin6_addr;
    uint32_t sin6_scope_id;
};

struct sockaddr_storage {
    uint8_t s2_len;
    uint8_t ss_family;
    char s2_data1[2];
    uint32_t s2_data2[3];
    uint32_t s2_data3[3];
};

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xfff
#define SO_KEEPALIVE 0x0008
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define SO_BINDTODEVICE 0x100b
#define AF_UNSPEC 0
#define AF_INET6 10
#define IPPROTO_TCP 6
#define TCP_NODELAY 0x01
#define TCP_KEEPIDLE 0x03
#define TCP_KEEPINTVL 0x04
#define TCP_KEEPCNT 0x05
#define MSG_DONTWAIT 0x08
#define MSG_NOSIGNAL 0x20
#define SHUT_WR 1
#define SHUT_RDWR 2
#ifndef F_GETFL
#define F_GETFL 3
#define F_SETFL 4
#endif
#ifndef O_NONBLOCK
#define O_NONBLOCK 0x4000
#endif

int socket(int domain, int type, int protocol);
uint16_t ntohs(uint16_t x);
int getpeername(int s, struct sockaddr *name, socklen_t *namelen);
int getsockname(int s, struct sockaddr *name, socklen_t *namelen);
int bind(int s, const struct sockaddr *name, socklen_t namelen);
int connect(int s, const struct sockaddr *name, socklen_t namelen);
int getsockopt(int s, int level, int optname, void *optval, socklen_t *optlen);
int setsockopt(int s, int level, int optname, const void *optval, socklen_t optlen);
ssize_t recv(int s, void *mem, size_t len, int flags);
ssize_t send(int s, const void *dataptr, size_t size, int flags);
int shutdown(int s, int how);
int fcntl(int s, int cmd, ...);
int close(int s);
ssize_t read(int s, void *mem, size_t len);
ssize_t write(int s, const void *dataptr, size_t size);

#endif
#endif
