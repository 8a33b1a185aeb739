/* Connects twice to a TLS server; the second time resumes the first's session.
 *
 *     resume HOST PORT CA.pem
 *
 * Prints one line of JSON for each connection. Exit code 0: the second was
 * resumed; 1: it was not; 2: usage, or a CA that cannot be used; 3: a connection failed.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "warmhello/check_file.h"
#include "warmhello/port_host.h"
#include "warmhello/warmhello.h"

enum { EXIT_RESUMED = 0, EXIT_NOT_RESUMED = 1, EXIT_USAGE = 2, EXIT_FAILED = 3 };

/* A CA file holds a certificate or two; a bundle of all public CAs, which is larger, is for the desk. */
#define CA_MAX (1024 * 1024)

static uint8_t ca[CA_MAX];

/* Its size, or -1 after a message. */
static long read_ca(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "resume: cannot read %s: %s\n", path, strerror(errno));
        return -1;
    }
    size_t size = fread(ca, 1, sizeof ca, file);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed || size == sizeof ca) {
        (void)fprintf(stderr, "resume: cannot read %s, or it has %d bytes or more\n", path, CA_MAX);
        return -1;
    }
    return (long)size;
}

/* Before anything is connected: whether the CA can be used, and what to do if not. */
static int check_ca(const char *path, size_t size)
{
    wh_file_finding finding;
    int error = wh_check_file(WH_FILE_CA, path, ca, size, &finding);
    if (error != WH_OK && finding.problem[0] != '\0') {
        (void)fprintf(stderr, "resume: %s\n%s\n", finding.problem, finding.advice);
    } else if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
    }
    return error;
}

static int tcp_connect(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        (void)fprintf(stderr, "resume: %s: %s\n", host, gai_strerror(error));
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            (void)close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0) {
        (void)fprintf(stderr, "resume: cannot connect to %s:%s: %s\n", host, port, strerror(errno));
    }
    return fd;
}

/* Sends what the connection has for the wire. 0, or -1 when TCP fails. */
static int flush(wh_conn *conn, int fd)
{
    uint8_t bytes[2048];
    int size = 0;
    while ((size = wh_conn_drain(conn, bytes, sizeof bytes)) > 0) {
        for (int sent = 0; sent < size;) {
            ssize_t part = send(fd, bytes + sent, (size_t)(size - sent), MSG_NOSIGNAL);
            if (part <= 0) {
                return -1;
            }
            sent += (int)part;
        }
    }
    return size;
}

/* Waits for bytes and feeds them. Negative when the connection has failed. */
static int pump(wh_conn *conn, int fd)
{
    if (flush(conn, fd) != 0) {
        return -1;
    }
    uint8_t bytes[512]; /* no more than the connection's buffer, so all are taken */
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    return size > 0 ? wh_conn_feed(conn, bytes, (size_t)size) : wh_conn_eof(conn);
}

static int write_all(wh_conn *conn, int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        int taken = wh_conn_write(conn, (const uint8_t *)text, left);
        if (taken < 0 || flush(conn, fd) != 0) {
            return -1;
        }
        text += taken;
        left -= (size_t)taken;
    }
    return 0;
}

/* Asks for a page and reads until the first bytes of the answer, with which a
 * TLS 1.3 ticket comes along. */
static int exchange(wh_conn *conn, int fd)
{
    int result = 0;
    while (result >= 0 && wh_conn_get_state(conn) == WH_CONN_HANDSHAKE) {
        result = pump(conn, fd);
    }
    if (result < 0 || write_all(conn, fd, "GET / HTTP/1.0\r\n\r\n") != 0) {
        return -1;
    }
    uint8_t answer[512];
    int got = 0;
    while ((got = wh_conn_read(conn, answer, sizeof answer)) == 0 &&
           wh_conn_get_state(conn) == WH_CONN_OPEN) {
        if (pump(conn, fd) < 0) {
            return -1;
        }
    }
    wh_conn_close(conn);
    (void)flush(conn, fd);
    return got < 0 ? -1 : 0;
}

/* One connection from TCP to close_notify. True in `again`: it failed because of
 * the session, and the next one goes in full. */
static wh_outcome connect_once(wh_client *client, const char *host, const char *port, bool *again)
{
    wh_outcome outcome = {.result = WH_RESULT_FAILED};
    *again = false;
    int fd = tcp_connect(host, port);
    if (fd < 0) {
        return outcome;
    }
    uint8_t in[2048];
    uint8_t out[2048];
    wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
    wh_conn conn;
    int result = wh_conn_open(&conn, client, &buffers);
    if (result == WH_OK) {
        result = exchange(&conn, fd);
    }
    if (result != WH_OK) {
        (void)flush(&conn, fd); /* the alert that says why */
    }
    outcome = *wh_conn_outcome(&conn);
    *again = wh_conn_fallback_due(&conn);
    wh_conn_free(&conn);
    (void)close(fd);
    return outcome;
}

static wh_outcome connect_and_report(wh_client *client, const char *host, const char *port)
{
    bool again = false;
    wh_outcome outcome = connect_once(client, host, port, &again);
    if (again) {
        outcome = connect_once(client, host, port, &again);
    }
    char json[WH_OUTCOME_JSON_SIZE];
    if (wh_outcome_json(&outcome, json, sizeof json) > 0) {
        (void)puts(json);
    }
    if (outcome.error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(outcome.error));
    }
    return outcome;
}

static int run(const char *host, const char *port, size_t ca_size)
{
    wh_client_config config = {
        .host = host,
        .port = (uint16_t)strtoul(port, NULL, 10),
        .ca = ca,
        .ca_size = ca_size,
    };
    wh_client client;
    int error = wh_client_init(&client, &config);
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
        return EXIT_USAGE;
    }
    wh_outcome first = connect_and_report(&client, host, port);
    wh_outcome second = first;
    if (first.result != WH_RESULT_FAILED) {
        second = connect_and_report(&client, host, port);
    }
    wh_client_free(&client);
    if (first.result == WH_RESULT_FAILED || second.result == WH_RESULT_FAILED) {
        return EXIT_FAILED;
    }
    return second.result == WH_RESULT_RESUMED ? EXIT_RESUMED : EXIT_NOT_RESUMED;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: resume HOST PORT CA.pem\n");
        return EXIT_USAGE;
    }
    long ca_size = read_ca(argv[3]);
    if (ca_size < 0) {
        return EXIT_USAGE;
    }
    int error = wh_host_start();
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
        return EXIT_FAILED;
    }
    int code = EXIT_USAGE;
    if (check_ca(argv[3], (size_t)ca_size) == WH_OK) {
        code = run(argv[1], argv[2], (size_t)ca_size);
    }
    wh_host_stop();
    return code;
}
