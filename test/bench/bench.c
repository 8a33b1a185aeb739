#include "bench.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include "heap.h"

#define CA_MAX 65536

/* All TLS runs on this stack, so that its deepest use shows. */
#define STACK_SIZE (1 << 20)
#define STACK_PAINT 0xa5
/* Left alone below the painter's own frame, for the functions that paint. */
#define STACK_MARGIN 1024

enum { EXIT_DONE = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2 };

static _Alignas(64) uint8_t stack[STACK_SIZE];

/* In the order in which warmhello offers them. */
const uint16_t bench_suites12[BENCH_SUITES12] = {0xc02c, 0xc02b, 0xc030, 0xc02f, 0xcca9, 0xcca8};

typedef struct bench_job {
    const bench_client *client;
    bench_options options;
    unsigned repeats;
    tcp_wire wire;
    bool resume;
    bool ok;
} bench_job;

typedef struct bench_cost {
    size_t heap_before;
    size_t heap_peak;
    size_t stack_peak;
} bench_cost;

/* ---- Counting ------------------------------------------------------------------ */

static size_t stack_used(uintptr_t top)
{
    size_t untouched = 0;
    while (stack[untouched] == STACK_PAINT) {
        untouched++;
    }
    return top - (uintptr_t)&stack[untouched];
}

/* Runs `part`. Callgrind counts it and files the count under `label`; without a
 * label it is a warm-up. */
static bool count(const char *label, bool (*part)(bench_job *), bench_job *job, bench_cost *cost)
{
    uint8_t here = 0;
    uintptr_t top = (uintptr_t)&here;
    memset(stack, STACK_PAINT, top - (uintptr_t)stack - STACK_MARGIN);
    cost->heap_before = heap_begin();
    if (label != NULL) {
        CALLGRIND_START_INSTRUMENTATION;
    }
    bool ok = part(job);
    if (label != NULL) {
        CALLGRIND_STOP_INSTRUMENTATION;
        CALLGRIND_DUMP_STATS_AT(label);
    }
    cost->heap_peak = heap_peak();
    cost->stack_peak = stack_used(top);
    return ok;
}

static bool set_up_part(bench_job *job)
{
    return job->client->set_up(&job->options);
}

static bool handshake_part(bench_job *job)
{
    return job->client->handshake(&job->wire, job->resume);
}

/* ---- Telling -------------------------------------------------------------------- */

static const char *cipher_name(uint16_t number)
{
    switch (number) {
#define WH_SUITE12(number, name)                                                                             \
    case number:                                                                                             \
        return name;
#define WH_SUITE13 WH_SUITE12
#include "warmhello/suites.def"
#undef WH_SUITE12
#undef WH_SUITE13
    default:
        return "other";
    }
}

static const char *group_name(uint16_t number)
{
    switch (number) {
    case 0:
        return "none"; /* a TLS 1.2 resumption has no key exchange */
    case 23:
        return "secp256r1";
    case 24:
        return "secp384r1";
    case 29:
        return "x25519";
    default:
        return "other";
    }
}

static void tell_set_up(const bench_job *job, const bench_cost *cost)
{
    const char *version = job->client->version;
    (void)printf("{\"section\":\"set-up\",\"stack\":\"%s\",\"version\":\"%s\",\"build\":\"%s\","
                 "\"heapPeakBytes\":%zu,\"stackPeakBytes\":%zu}\n",
                 job->client->stack, version != NULL ? version : "", WH_BENCH_BUILD, cost->heap_peak,
                 cost->stack_peak);
}

/* The wire's counters as they stood when the handshake was done. */
static void tell_connection(const char *label, const bench_job *job, const tcp_wire *at_end,
                            const bench_cost *cost, const bench_facts *facts)
{
    bool exchanged = !facts->resumed || job->options.kind == BENCH_PSK;
    (void)printf("{\"section\":\"%s\",\"result\":\"%s\",\"clientPort\":%u,\"cipher\":\"%s\",\"group\":\"%s\","
                 "\"bytesTx\":%" PRIu32 ",\"bytesRx\":%" PRIu32 ",\"flights\":%" PRIu32 ","
                 "\"heapBeforeBytes\":%zu,\"heapPeakBytes\":%zu,\"stackPeakBytes\":%zu,"
                 "\"callerBytes\":%zu}\n",
                 label, facts->resumed ? "resumed" : "full", at_end->client_port, cipher_name(facts->cipher),
                 group_name(exchanged ? facts->group : 0), at_end->bytes_tx, at_end->bytes_rx,
                 at_end->flights, cost->heap_before, cost->heap_peak, cost->stack_peak,
                 job->client->caller_bytes);
}

/* ---- The connections --------------------------------------------------------------- */

static bool connection(bench_job *job, unsigned run)
{
    bool warm_up = run == 0;
    char label[32];
    (void)snprintf(label, sizeof label, "%s-%u", job->resume ? "resumed" : "full", run);
    if (!wire_connect(&job->wire, job->options.port)) {
        return false;
    }
    bench_cost cost;
    bench_facts facts = {.resumed = false};
    bool ok = count(warm_up ? NULL : label, handshake_part, job, &cost);
    tcp_wire at_end = job->wire;
    ok = job->client->finish(&job->wire, &facts) && ok;
    wire_close(&job->wire);
    if (ok && facts.resumed != job->resume) {
        (void)fprintf(stderr, "%s: the handshake was %s\n", label, facts.resumed ? "resumed" : "full");
        return false;
    }
    if (ok) {
        tell_connection(label, job, &at_end, &cost, &facts);
    }
    return ok;
}

static void *run(void *arg)
{
    bench_job *job = arg;
    bench_cost cost;
    job->ok = count("set-up", set_up_part, job, &cost);
    if (job->ok) {
        tell_set_up(job, &cost);
    }
    for (unsigned n = 0; job->ok && n <= job->repeats; n++) {
        job->resume = false;
        job->ok = connection(job, n);
        job->resume = true;
        job->ok = job->ok && connection(job, n);
    }
    job->client->tear_down();
    return NULL;
}

static bool run_on_own_stack(bench_job *job)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    bool started = pthread_attr_setstack(&attributes, stack, sizeof stack) == 0 &&
                   pthread_create(&thread, &attributes, run, job) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started && pthread_join(thread, NULL) == 0 && job->ok;
}

/* ---- The command line ---------------------------------------------------------------- */

static bool read_kind(const char *word, bench_kind *out)
{
    static const char *const words[] = {[BENCH_ID] = "id", [BENCH_TICKET] = "ticket", [BENCH_PSK] = "psk"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (bench_kind)i;
            return true;
        }
    }
    return false;
}

static size_t read_ca(const char *path, unsigned char *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return 0;
    }
    size_t size = fread(out, 1, CA_MAX, file);
    (void)fclose(file);
    out[size] = '\0';
    return size;
}

int bench_main(int argc, char **argv, const bench_client *client)
{
    static unsigned char ca[CA_MAX + 1];
    bench_job job = {.client = client, .options.ca = ca};
    if (argc != 6 || !read_kind(argv[1], &job.options.kind)) {
        (void)fprintf(stderr, "usage: %s id|ticket|psk HOST PORT CA.pem REPEATS\n", argv[0]);
        return EXIT_USAGE;
    }
    job.options.host = argv[2];
    job.options.port = (uint16_t)strtoul(argv[3], NULL, 10);
    job.options.ca_size = read_ca(argv[4], ca);
    job.repeats = (unsigned)strtoul(argv[5], NULL, 10);
    if (job.options.ca_size == 0) {
        (void)fprintf(stderr, "cannot read %s\n", argv[4]);
        return EXIT_USAGE;
    }
    return run_on_own_stack(&job) ? EXIT_DONE : EXIT_BROKEN;
}
