/** Somebody on the way who changes what the server sends, by a script that the fuzzer wrote: steps of one
 * byte, what to do; two bytes, how many bytes of the server pass before; and what the step needs. */
#ifndef TAMPER_H
#define TAMPER_H

#include "authenticated.h"
#include "fuzz_platform.h"

typedef struct tamper {
    fuzz_input script;
    bool has_step;
    uint8_t step;
    size_t pass_first;
    size_t to_drop;
    /** No more bytes come: the connection was cut. */
    bool ended;
    /** All bytes that the client is to get. */
    uint8_t out[STREAM_MAX];
    size_t size;
} tamper;

void tamper_begin(tamper *t, fuzz_input script);

/** The server has sent a byte. */
void tamper_pass(tamper *t, uint8_t byte);

#endif
