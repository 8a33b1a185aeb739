/* Another time of day for a whole process: preloaded (LD_PRELOAD), it shifts what the C library says the time
 * is, for Node, OpenSSL and the C core alike, and so for all processes that they start. How far is read anew
 * at each call from the file that WARMHELLO_CLOCK_FILE names, so that the clock can be moved while the
 * process runs: 8 bytes, a signed number of milliseconds in this machine's order of bytes, which the writer
 * replaces in place. Without the variable nothing is shifted. Clocks that only measure durations, and the
 * times of files, stay as they are. */
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MS_PER_S = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000, NS_PER_US = 1000 };

#define SHIFTED __attribute__((visibility("default")))

typedef int clock_function(clockid_t clock, struct timespec *now);
typedef int wait_function(sem_t *semaphore, const struct timespec *until);

static clock_function *machine_clock;
static const volatile int64_t *shift_ms;

/* A wrong time of day is worse than none. */
static _Noreturn void give_up(const char *what)
{
    perror(what);
    abort();
}

/* The C library's own function. */
static void *machines(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        give_up(name);
    }
    return function;
}

static void map_shift(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        give_up(path);
    }
    void *mapped = mmap(NULL, sizeof *shift_ms, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) {
        give_up(path);
    }
    shift_ms = mapped;
}

/* Before main in any case, and before that when another library asks for the time as it starts. */
__attribute__((constructor)) static void start(void)
{
    if (machine_clock != NULL) {
        return;
    }
    machine_clock = (clock_function *)machines("clock_gettime");
    const char *path = getenv("WARMHELLO_CLOCK_FILE");
    if (path != NULL) {
        map_shift(path);
    }
}

static void move(struct timespec *time, int64_t ms)
{
    int64_t ns = time->tv_nsec + ms % MS_PER_S * NS_PER_MS;
    int64_t carry = (ns < 0 ? -1 : 0) + (ns >= NS_PER_S ? 1 : 0);
    time->tv_sec += (time_t)(ms / MS_PER_S + carry);
    time->tv_nsec = (long)(ns - carry * NS_PER_S);
}

static int64_t shift(void)
{
    start();
    return shift_ms == NULL ? 0 : *shift_ms;
}

/* The C library names their parameters in a way that only it may. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

SHIFTED int clock_gettime(clockid_t clock, struct timespec *now)
{
    int64_t ms = shift();
    int result = machine_clock(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        move(now, ms);
    }
    return result;
}

SHIFTED int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

SHIFTED int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone; /* nothing has been said in it for decades */
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0) {
        return -1;
    }
    *now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / NS_PER_US};
    return 0;
}

SHIFTED time_t time(time_t *out)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0) {
        return (time_t)-1;
    }
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

/* Who waits until a time of day has it from above, and the kernel knows only its own. */
SHIFTED int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    static wait_function *machine_wait;
    if (machine_wait == NULL) {
        machine_wait = (wait_function *)machines("sem_timedwait");
    }
    int64_t ms = shift();
    struct timespec machine_until = *until;
    move(&machine_until, -ms);
    return machine_wait(semaphore, &machine_until);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
