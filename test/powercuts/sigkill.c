/* A child process is killed at random moments while it writes to flash in a file: nothing is
 * lost but the record that was being written.
 *
 * sigkill [--kills N] [--seed S] */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kept.h"
#include "sessions.h"
#include "visit.h"
#include "warmhello/flash_file.h"

/* What the child tells before and after each call, in memory that outlives it. */
typedef struct progress {
    /* In flash before the call under way, and after it. */
    _Atomic uint32_t old, new;
    /* Everything up to this was spent, or replaced. */
    _Atomic uint32_t dead_up_to;
    _Atomic bool in_call;
    _Atomic bool failed;
} progress;

static progress *shared;
static const char *file;

static void start(wh_flash_file *flash)
{
    if (wh_flash_file_open(file, flash) != WH_OK || wh_host_start(&the_device, &flash->flash) != WH_OK) {
        (void)fprintf(stderr, "the flash in a file does not open\n");
        exit(2);
    }
}

static void stop(wh_flash_file *flash)
{
    wh_platform_remove();
    wh_flash_file_close(flash);
}

static void begin_call(uint32_t old, uint32_t new)
{
    shared->old = old;
    shared->new = new;
    shared->in_call = true;
}

static void end_call(int result, uint32_t held)
{
    if (result != WH_OK) {
        shared->failed = true;
        _exit(3);
    }
    shared->old = held;
    shared->in_call = false;
}

/* Writes a session, spends it, writes the next ... */
static void live(uint32_t serial)
{
    wh_flash_file flash;
    start(&flash);
    for (uint32_t held = shared->old;; serial++) {
        wh_host_sleep(&the_device, 7200000000u); /* the wear budget */
        int put = put_session(serial, &(putting){.protocol = WH_TLS13});
        begin_call(held, serial);
        int written = persist_rtc(0);
        end_call(put != WH_OK ? put : written, serial);
        shared->dead_up_to = serial - 1;
        held = serial;
        if (serial % 3 == 0) {
            got_session got = get_session(0);
            begin_call(held, 0);
            int spent = wh_store_spend(&got.info.binding, got.generation);
            end_call(spent, 0);
            shared->dead_up_to = serial;
            held = 0;
        }
    }
}

/* What a device finds that wakes behind the loss of power. Returns what went wrong. */
static const char *look(uint32_t *found)
{
    wh_flash_file flash;
    start(&flash);
    got_session got = get_session(0);
    *found = got.serial;
    stop(&flash);
    if (shared->failed) {
        return "a call in the child failed";
    }
    if (got.serial == UNKNOWN_SESSION) {
        return "a damaged session was believed";
    }
    if (got.serial != 0 && got.serial <= shared->dead_up_to && got.serial != shared->old) {
        return "a session came back";
    }
    bool is_old = got.serial == shared->old;
    bool is_new = shared->in_call && got.serial == shared->new;
    return is_old || is_new ? NULL : "neither the old nor the new session is there";
}

static const char *kill_once(uint32_t serial, long us, uint64_t *in_calls)
{
    pid_t child = fork();
    if (child == 0) {
        live(serial);
        _exit(0);
    }
    const struct timespec moment = {.tv_nsec = us * 1000};
    (void)nanosleep(&moment, NULL);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    *in_calls += shared->in_call;
    uint32_t found = 0;
    const char *wrong = look(&found);
    shared->old = found;
    shared->in_call = false;
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned seed = 1;
    uint64_t kills = 500;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) {
            seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--kills") == 0) {
            kills = strtoull(argv[i + 1], NULL, 10);
        }
    }
    char name[] = "sigkill-XXXXXX";
    int made = mkstemp(name);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made < 0 || shared == MAP_FAILED) {
        (void)fprintf(stderr, "no file or no memory to test with\n");
        return 2;
    }
    (void)close(made);
    file = name;
    sessions_make_templates();
    wh_host_set_key(&the_device, (const uint8_t *)"the same key in parent and child");
    uint64_t in_calls = 0;
    uint64_t failures = 0;
    for (uint64_t i = 0; i < kills; i++) {
        /* Serials of a child's own, so that none comes twice. */
        const char *wrong = kill_once((uint32_t)(i + 1) * 100000u, 200 + rand_r(&seed) % 6000, &in_calls);
        if (wrong != NULL) {
            failures++;
            (void)fprintf(stderr, "kill %" PRIu64 ": %s\n", i + 1, wrong);
        }
    }
    (void)unlink(name);
    (void)printf("{\"kills\": %" PRIu64 ", \"inWrites\": %" PRIu64 ", \"failures\": %" PRIu64 "}\n", kills,
                 in_calls, failures);
    return failures == 0 ? 0 : 1;
}
