/* A server on GnuTLS that takes early data and says what it was sent: gnutls-serv accepts early data and
 * drops them. Arguments: port, certificate, key, the most early data in bytes. One connection at a time. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 65536, SEEN_MAX = 256, KEY_MAX = 64 };

static gnutls_certificate_credentials_t identity;
static gnutls_datum_t ticket_key;
static gnutls_anti_replay_t anti_replay;

static struct {
    unsigned char bytes[KEY_MAX];
    unsigned size;
} seen[SEEN_MAX];
static unsigned seen_count;

static void check(int result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", what, gnutls_strerror(result));
        exit(1);
    }
}

/* What GnuTLS asks of each ClientHello with early data: whether it was seen before. */
static int is_new(void *context, time_t expires, const gnutls_datum_t *key, const gnutls_datum_t *data)
{
    (void)context;
    (void)expires;
    (void)data;
    for (unsigned i = 0; i < seen_count; i++) {
        if (seen[i].size == key->size && memcmp(seen[i].bytes, key->data, key->size) == 0) {
            return GNUTLS_E_DB_ENTRY_EXISTS;
        }
    }
    if (seen_count < SEEN_MAX && key->size <= KEY_MAX) {
        memcpy(seen[seen_count].bytes, key->data, key->size);
        seen[seen_count++].size = key->size;
    }
    return 0;
}

/* Reads to the end of a request, early data first. Returns how many bytes of it were early, or -1. */
static long read_request(gnutls_session_t session, char *request, size_t *size)
{
    long early = 0;
    ssize_t got = gnutls_record_recv_early_data(session, request, REQUEST_MAX - 1);
    while (got > 0) {
        early += got;
        got = gnutls_record_recv_early_data(session, request + early, REQUEST_MAX - 1 - (size_t)early);
    }
    *size = (size_t)early;
    request[*size] = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        got = gnutls_record_recv(session, request + *size, REQUEST_MAX - 1 - *size);
        if (got <= 0) {
            return -1;
        }
        *size += (size_t)got;
        request[*size] = 0;
    }
    return early;
}

static void answer(gnutls_session_t session)
{
    static char request[REQUEST_MAX];
    static const char text[] = "HTTP/1.0 200 OK\r\n\r\nserved\n";
    size_t size = 0;
    long early = read_request(session, request, &size);
    if (early < 0) {
        printf("no request\n");
        return;
    }
    printf("%.*s: %zu bytes, %ld early\n", (int)strcspn(request, "\r"), request, size, early);
    (void)gnutls_record_send(session, text, sizeof text - 1);
    (void)gnutls_bye(session, GNUTLS_SHUT_WR);
}

static void serve(int tcp, size_t early_max)
{
    gnutls_session_t session;
    check(gnutls_init(&session, GNUTLS_SERVER | (early_max > 0 ? GNUTLS_ENABLE_EARLY_DATA : 0)), "session");
    check(gnutls_set_default_priority(session), "priority");
    check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity), "identity");
    check(gnutls_session_ticket_enable_server(session, &ticket_key), "tickets");
    gnutls_anti_replay_enable(session, anti_replay);
    (void)gnutls_record_set_max_early_data_size(session, early_max);
    gnutls_transport_set_int(session, tcp);
    int result;
    do {
        result = gnutls_handshake(session);
    } while (result < 0 && !gnutls_error_is_fatal(result));
    if (result < 0) {
        printf("handshake: %s\n", gnutls_strerror(result));
    } else {
        answer(session);
    }
    gnutls_deinit(session);
    (void)close(tcp);
}

int main(int count, char **arguments)
{
    if (count != 5) {
        return 2;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    check(gnutls_certificate_allocate_credentials(&identity), "identity");
    check(gnutls_certificate_set_x509_key_file(identity, arguments[2], arguments[3], GNUTLS_X509_FMT_PEM),
          "identity");
    check(gnutls_session_ticket_key_generate(&ticket_key), "ticket key");
    check(gnutls_anti_replay_init(&anti_replay), "memory of hellos");
    gnutls_anti_replay_set_add_function(anti_replay, is_new);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 16) != 0) {
        perror("bind");
        return 1;
    }
    printf("listening\n");
    for (;;) {
        int tcp = accept(listener, NULL, NULL);
        if (tcp >= 0) {
            serve(tcp, (size_t)atoi(arguments[4]));
        }
    }
}
