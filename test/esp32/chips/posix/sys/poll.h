/* esp_libc/platform_include/sys/poll.h of ESP-IDF 6.0 */
#ifndef SYS_POLL_H
#define SYS_POLL_H

#define POLLIN 0x0001
#define POLLOUT 0x0008
#define POLLERR 0x0020
#define POLLHUP 0x0040
#define POLLNVAL 0x0080

struct pollfd {
    int fd;
    short events;
    short revents;
};

typedef unsigned int nfds_t;

int poll(struct pollfd *fds, nfds_t nfds, int timeout);

#endif
