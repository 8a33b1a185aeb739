/* BearSSL. It allocates nothing: its contexts and its buffer are the caller's. It
 * knows TLS 1.2 and session IDs only. */
#include <stdio.h>
#include <string.h>

#include <bearssl.h>

#include "bearssl_anchor.h"
#include "bench.h"

static const char *host;
static br_x509_trust_anchor anchor;
static br_ssl_client_context client;
static br_x509_minimal_context x509;
/* Half duplex, for a request and its answer: the smallest buffer that takes any record. */
static unsigned char buffer[BR_SSL_BUFSIZE_MONO];
static br_ssl_session_parameters kept;
static bool resumed;

static bool set_up(const bench_options *options)
{
    host = options->host;
    if (options->kind != BENCH_ID) {
        (void)fprintf(stderr, "BearSSL resumes by TLS 1.2 session IDs only\n");
        return false;
    }
    bool ok = bearssl_anchor_read(options->ca, options->ca_size, &anchor);
    if (!ok) {
        (void)fprintf(stderr, "BearSSL: no certificate with an EC key in the CA\n");
    }
    return ok;
}

static bool send_records(tcp_wire *wire)
{
    size_t size = 0;
    const unsigned char *from = br_ssl_engine_sendrec_buf(&client.eng, &size);
    if (wire_send(wire, from, size) < 0) {
        return false;
    }
    br_ssl_engine_sendrec_ack(&client.eng, size);
    return true;
}

static bool receive_records(tcp_wire *wire)
{
    size_t size = 0;
    unsigned char *to = br_ssl_engine_recvrec_buf(&client.eng, &size);
    int got = wire_receive(wire, to, size);
    if (got <= 0) {
        return false;
    }
    br_ssl_engine_recvrec_ack(&client.eng, (size_t)got);
    return true;
}

/* Moves records until `wanted` is possible and nothing is left to be sent. */
static bool run_until(tcp_wire *wire, unsigned wanted)
{
    for (;;) {
        unsigned state = br_ssl_engine_current_state(&client.eng);
        bool moved = false;
        if ((state & BR_SSL_SENDREC) != 0) {
            moved = send_records(wire);
        } else if ((state & wanted) != 0) {
            return true;
        } else if ((state & BR_SSL_RECVREC) != 0) {
            moved = receive_records(wire);
        }
        if (!moved) {
            (void)fprintf(stderr, "BearSSL: error %d\n", br_ssl_engine_last_error(&client.eng));
            return false;
        }
    }
}

static bool handshake(tcp_wire *wire, bool resume)
{
    br_ssl_client_init_full(&client, &x509, &anchor, 1);
    br_ssl_engine_set_versions(&client.eng, BR_TLS12, BR_TLS12);
    br_ssl_engine_set_suites(&client.eng, bench_suites12, BENCH_SUITES12);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 0);
    if (resume) {
        br_ssl_engine_set_session_parameters(&client.eng, &kept);
    }
    if (br_ssl_client_reset(&client, host, resume ? 1 : 0) == 0 || !run_until(wire, BR_SSL_SENDAPP)) {
        return false;
    }
    br_ssl_session_parameters now;
    br_ssl_engine_get_session_parameters(&client.eng, &now);
    /* It does not tell whether it resumed; a server that did sends back the ID. */
    resumed = resume && now.session_id_len == kept.session_id_len &&
              memcmp(now.session_id, kept.session_id, now.session_id_len) == 0;
    kept = now;
    return true;
}

static bool exchange(tcp_wire *wire)
{
    static const char request[] = BENCH_REQUEST;
    const size_t request_size = sizeof request - 1;
    size_t size = 0;
    unsigned char *to = br_ssl_engine_sendapp_buf(&client.eng, &size);
    if (to == NULL || size < request_size) {
        return false;
    }
    memcpy(to, request, request_size);
    br_ssl_engine_sendapp_ack(&client.eng, request_size);
    br_ssl_engine_flush(&client.eng, 0);
    return run_until(wire, BR_SSL_RECVAPP);
}

static bool finish(tcp_wire *wire, bench_facts *facts)
{
    if (!exchange(wire)) {
        return false;
    }
    facts->resumed = resumed;
    facts->cipher = kept.cipher_suite;
    facts->group = (uint16_t)br_ssl_engine_get_ecdhe_curve(&client.eng);
    size_t size = 0;
    if (br_ssl_engine_recvapp_buf(&client.eng, &size) != NULL) {
        br_ssl_engine_recvapp_ack(&client.eng, size); /* unread data holds close_notify back */
    }
    br_ssl_engine_close(&client.eng);
    return (br_ssl_engine_current_state(&client.eng) & BR_SSL_SENDREC) == 0 || send_records(wire);
}

static void tear_down(void)
{
}

int main(int argc, char **argv)
{
    static const bench_client bearssl = {
        .stack = "BearSSL",
        .version = NULL,
        .caller_bytes = sizeof client + sizeof x509 + sizeof buffer,
        .set_up = set_up,
        .handshake = handshake,
        .finish = finish,
        .tear_down = tear_down,
    };
    return bench_main(argc, argv, &bearssl);
}
