#include "tcp_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { CONNECTIONS_MAX = 4096, MANNERS_MAX = 8, WAIT_S = 30, LINE_MAX_SIZE = 64 };

struct tcp_server {
    tls_server *tls;
    int listener;
    uint16_t port;
    pthread_t accepting;
    pthread_t serving[CONNECTIONS_MAX];
    /* What follows is the mutex's. */
    pthread_mutex_t mutex;
    tcp_manner manners[MANNERS_MAX];
    size_t manner_count;
    tcp_served served;
};

typedef struct visitor {
    tcp_server *server;
    int fd;
    tcp_manner manner;
} visitor;

static void note(tcp_server *server, unsigned *figure)
{
    pthread_mutex_lock(&server->mutex);
    (*figure)++;
    pthread_mutex_unlock(&server->mutex);
}

static tcp_manner next_manner(tcp_server *server)
{
    pthread_mutex_lock(&server->mutex);
    tcp_manner manner = server->manner_count > 0 ? server->manners[0] : TCP_SERVES;
    if (server->manner_count > 0) {
        server->manner_count--;
        memmove(server->manners, server->manners + 1, server->manner_count * sizeof server->manners[0]);
    }
    pthread_mutex_unlock(&server->mutex);
    return manner;
}

void tcp_server_set_manners(tcp_server *server, const tcp_manner *manners, size_t count)
{
    pthread_mutex_lock(&server->mutex);
    server->manner_count = count;
    for (size_t i = 0; i < count; i++) {
        server->manners[i] = manners[i];
    }
    pthread_mutex_unlock(&server->mutex);
}

static void send_pattern(SSL *ssl, size_t from, size_t to)
{
    uint8_t bytes[16384];
    while (from < to) {
        size_t size = to - from < sizeof bytes ? to - from : sizeof bytes;
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)((from + i) % 251);
        }
        if (SSL_write(ssl, bytes, (int)size) <= 0) {
            return;
        }
        from += size;
    }
}

static void duplex(SSL *ssl, size_t size)
{
    send_pattern(ssl, 0, size);
    uint8_t bytes[4096];
    for (size_t taken = 0; taken < size;) {
        size_t left = size - taken;
        int got = SSL_read(ssl, bytes, (int)(left < sizeof bytes ? left : sizeof bytes));
        if (got <= 0) {
            return;
        }
        taken += (size_t)got;
    }
    (void)SSL_write(ssl, "done", 4);
}

/* False: that was the last line. */
static bool answer(SSL *ssl, const char *line)
{
    const char *space = strchr(line, ' ');
    size_t size = space != NULL ? strtoul(space, NULL, 10) : 0;
    if (line[0] == 'n') {
        return true;
    }
    if (line[0] == 'd') {
        duplex(ssl, size);
        return true;
    }
    if (line[0] == 'r') {
        send_pattern(ssl, 0, size / 2);
        send_pattern(ssl, size / 2, size);
        return true;
    }
    send_pattern(ssl, 0, size);
    if (line[0] == 'b' && line[2] == 'e') {
        (void)SSL_shutdown(ssl);
        return true;
    }
    return line[0] != 'c';
}

/* Reads up to the line's end, of which so many bytes are there; false: there is none. */
static bool read_line(SSL *ssl, char line[LINE_MAX_SIZE], size_t size)
{
    while (size == 0 || line[size - 1] != '\n') {
        if (size == LINE_MAX_SIZE || SSL_read(ssl, line + size, 1) != 1) {
            return false;
        }
        size++;
    }
    line[size - 1] = '\0';
    return true;
}

/* How many bytes of a line have come as early data. */
static size_t read_early(SSL *ssl, char line[LINE_MAX_SIZE])
{
    size_t size = 0;
    size_t got = 0;
    while (SSL_read_early_data(ssl, line + size, LINE_MAX_SIZE - size, &got) == SSL_READ_EARLY_DATA_SUCCESS) {
        size += got;
    }
    return size;
}

static void serve(tcp_server *server, int fd)
{
    SSL *ssl = SSL_new(server_context(server->tls));
    SSL_set_fd(ssl, fd);
    char line[LINE_MAX_SIZE];
    size_t early = server_reads_early_data(server->tls) ? read_early(ssl, line) : 0;
    if (SSL_accept(ssl) == 1) {
        note(server, &server->served.opened);
        if (SSL_session_reused(ssl)) {
            note(server, &server->served.resumed);
        }
        while (read_line(ssl, line, early) && answer(ssl, line)) {
            early = 0;
        }
        if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) {
            note(server, &server->served.closed_properly);
            (void)SSL_shutdown(ssl);
        }
    }
    SSL_free(ssl);
}

static void misbehave(int fd, tcp_manner manner)
{
    static const struct linger reset = {.l_onoff = 1};
    uint8_t bytes[512];
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (manner == TCP_BREAKS_OFF) {
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        return;
    }
    while (got > 0) {
        got = recv(fd, bytes, sizeof bytes, 0);
    }
}

static void *visit(void *given)
{
    visitor *v = given;
    static const struct timeval longest = {.tv_sec = WAIT_S};
    (void)setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1},
                     sizeof(int)); /* tickets and answer at once */
    (void)setsockopt(v->fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    (void)setsockopt(v->fd, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    if (v->manner == TCP_SERVES) {
        serve(v->server, v->fd);
    } else {
        misbehave(v->fd, v->manner);
    }
    (void)close(v->fd);
    free(v);
    return NULL;
}

static void *accept_all(void *given)
{
    tcp_server *server = given;
    for (;;) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0 || server->served.accepted == CONNECTIONS_MAX) {
            return NULL;
        }
        visitor *v = malloc(sizeof *v);
        *v = (visitor){server, fd, next_manner(server)};
        pthread_create(&server->serving[server->served.accepted], NULL, visit, v);
        note(server, &server->served.accepted);
    }
}

/* Those threads get none of the signals: SIGPIPE is for the client alone to avoid. */
static void start_quietly(tcp_server *server)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_create(&server->accepting, NULL, accept_all, server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

tcp_server *tcp_server_start(tls_server *tls, const tcp_manner *manners, size_t count)
{
    tcp_server *server = calloc(1, sizeof *server);
    server->tls = tls;
    pthread_mutex_init(&server->mutex, NULL);
    tcp_server_set_manners(server, manners, count);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    /* Small, so that they can be filled. */
    int buffer = 16384;
    (void)setsockopt(server->listener, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    (void)setsockopt(server->listener, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (bind(server->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0) {
        abort();
    }
    server->port = ntohs(address.sin_port);
    start_quietly(server);
    return server;
}

uint16_t tcp_server_port(const tcp_server *server)
{
    return server->port;
}

tcp_served tcp_server_stop(tcp_server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->accepting, NULL);
    (void)close(server->listener);
    for (unsigned i = 0; i < server->served.accepted; i++) {
        pthread_join(server->serving[i], NULL);
    }
    tcp_served served = server->served;
    pthread_mutex_destroy(&server->mutex);
    free(server);
    return served;
}
