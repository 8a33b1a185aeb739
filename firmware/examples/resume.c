/* Connects twice to a TLS server; the second time resumes the first's session.
 *
 *     resume HOST PORT CA.pem
 *
 * Prints one line of JSON for each connection. Exit code 0: the second was
 * resumed; 1: it was not; 2: usage, or a CA that cannot be used; 3: a connection failed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warmhello/check_file.h"
#include "warmhello/port_host.h"
#include "warmhello/socket.h"
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

/* Asks for a page, and is content with the first bytes of the answer. */
static int ask(wh_socket *socket)
{
    static const char text[] = "GET / HTTP/1.0\r\n\r\n";
    uint8_t answer[512];
    int result = wh_socket_handshake(socket, WH_SOCKET_WAIT);
    if (result == WH_OK) {
        result = wh_socket_write(socket, text, sizeof text - 1, WH_SOCKET_WAIT);
    }
    if (result > 0) {
        result = wh_socket_read(socket, answer, sizeof answer, WH_SOCKET_WAIT);
    }
    return result < 0 ? result : WH_OK;
}

static void report(const wh_outcome *outcome, int error, const char *host, const char *port)
{
    char json[WH_OUTCOME_JSON_SIZE];
    if (wh_outcome_json(outcome, json, sizeof json) > 0) {
        (void)puts(json);
    }
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s:%s: %s\n", host, port, wh_error_meaning(error));
    }
}

/* An error: the client cannot be used, and nothing was connected. */
static int connect_and_report(const wh_client_config *config, const char *port, wh_result *result)
{
    wh_socket *socket = NULL;
    int unusable = wh_socket_open(config, &(wh_socket_options){.silence_ms = 10000}, &socket);
    if (unusable != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(unusable));
        return unusable;
    }
    int error = ask(socket);
    int lost = wh_socket_finish(socket);
    error = error != WH_OK ? error : lost;
    const wh_outcome *outcome = wh_socket_outcome(socket);
    report(outcome, error, config->host, port);
    *result = outcome->result;
    wh_socket_close(socket);
    return WH_OK;
}

static int run(const char *host, const char *port, size_t ca_size)
{
    unsigned long number = strtoul(port, NULL, 10);
    wh_client_config config = {
        .host = host,
        .port = number <= UINT16_MAX ? (uint16_t)number : 0, /* which is none */
        .ca = ca,
        .ca_size = ca_size,
    };
    wh_result first = WH_RESULT_FAILED;
    if (connect_and_report(&config, port, &first) != WH_OK) {
        return EXIT_USAGE;
    }
    wh_result second = first;
    if (first != WH_RESULT_FAILED && connect_and_report(&config, port, &second) != WH_OK) {
        return EXIT_FAILED;
    }
    if (first == WH_RESULT_FAILED || second == WH_RESULT_FAILED) {
        return EXIT_FAILED;
    }
    return second == WH_RESULT_RESUMED ? EXIT_RESUMED : EXIT_NOT_RESUMED;
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
    static wh_host_device device;
    int error = wh_host_start(&device, NULL);
    if (error != WH_OK) {
        (void)fprintf(stderr, "resume: %s\n", wh_error_meaning(error));
        return EXIT_FAILED;
    }
    int code = EXIT_USAGE;
    if (check_ca(argv[3], (size_t)ca_size) == WH_OK) {
        code = run(argv[1], argv[2], (size_t)ca_size);
    }
    wh_platform_remove();
    return code;
}
