/** The host's platform with entropy that is the same in each run, so that what a
 * fuzzer finds can be found again. */
#ifndef FUZZ_PLATFORM_H
#define FUZZ_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/warmhello.h"

/** Installs it on the first call and empties the RTC slot. */
void fuzz_platform_reset(void);

/** A CA certificate as PEM; the configuration of a client that trusts it. */
wh_client_config fuzz_config(void);

/* libFuzzer calls this. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT(readability-identifier-naming) */

#endif
