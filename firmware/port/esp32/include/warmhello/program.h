/** @file
 * The DeviceScript program that is part of the firmware, and how it gets to run.
 */
#ifndef WARMHELLO_PROGRAM_H
#define WARMHELLO_PROGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WH_PROGRAM_HASH_SIZE = 32 };

/** A DeviceScript program, built for one board. */
typedef struct wh_program {
    const char *name;     /* the app's file, without its folder */
    const char *board;    /* that it was built for */
    const uint8_t *image; /* bytecode */
    uint32_t size;        /* a multiple of 32, as the runtime's flash wants it; 0 for no program */
    uint8_t sha256[WH_PROGRAM_HASH_SIZE];
} wh_program;

/** Defined by the source that `warmhello build` emits. */
extern const wh_program wh_app_program;

/** What the start found. */
typedef enum wh_program_start_result {
    WH_PROGRAM_NONE = 0,      /* there is none, neither here nor in flash */
    WH_PROGRAM_RESTARTED = 1, /* it is in flash already: nothing was written */
    WH_PROGRAM_DEPLOYED = 2,  /* it was not, and now is */
} wh_program_start_result;

/** Sees to it that the program runs at once, not after the runtime's own 1.1 s.
 *
 * Call it once at boot, after devs_service_full_init(), from the task that runs the services. It
 * writes flash only when what is stored there is another program, or one whose writing the power cut
 * short: the runtime completes a program's header last. A program of size 0 starts the stored one.
 *
 * Returns a wh_program_start_result, or the runtime's negative error: flash has no room for the
 * program (tried again at the next boot), or the runtime is too old for its bytecode. Then none runs. */
__attribute__((warn_unused_result)) int wh_program_start(const wh_program *program);

#ifdef __cplusplus
}
#endif

#endif
