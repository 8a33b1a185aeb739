/** The host's platform with flash, and with clocks, entropy and a device key that are the
 * same in each run, so that what a fuzzer finds can be found again. */
#ifndef FUZZ_PLATFORM_H
#define FUZZ_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "kept.h"
#include "conn_calls.h"
#include "nor.h"
#include "record.h"
#include "warmhello/warmhello.h"

/** Installs it on the first call. Then both tiers are empty, and the clocks stand still. */
void fuzz_platform_reset(void);

/** The platform itself, whose clock a target may move. */
extern wh_platform fuzz_machine;

/** Its flash, two sectors. */
extern nor fuzz_flash;

/** The RTC slot holds noise; flash is on again if its power had gone. */
void fuzz_lose_power(void);

/** A CA certificate as PEM; the configuration of a client that trusts it. */
wh_client_config fuzz_config(void);

/** The client of fuzz_config(), made once: it costs more than most of what is fuzzed. */
wh_client *fuzz_client(void);

/** A TLS 1.2 session that wolfSSL can read, and a header for it that policy accepts. */
enum { FUZZ_SESSION_SIZE = 117 };
extern const uint8_t fuzz_session[FUZZ_SESSION_SIZE];
wh_record_info fuzz_info(void);

/** Ends the process unless the condition holds. */
void fuzz_require(bool condition, const char *what);

/** The bytes that a target was given, taken from the front; zeros behind the end. */
typedef struct fuzz_input {
    const uint8_t *bytes;
    size_t size;
} fuzz_input;
uint8_t fuzz_take_byte(fuzz_input *in);
void fuzz_take(fuzz_input *in, void *out, size_t size);

/* libFuzzer calls this. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); /* NOLINT(readability-identifier-naming) */

#endif
