/** @file
 * A file of certificates or a key by itself, for the tools on a desk: would a client take it, and if not,
 * what is it, where is it damaged, and which command makes it right.
 *
 * The verdict is that of the functions which a connection and wh_client_check() call. A firmware that does
 * not call this has nothing of it.
 */
#ifndef WARMHELLO_CHECK_FILE_H
#define WARMHELLO_CHECK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the client was to take from the file. */
typedef enum wh_file_role { WH_FILE_CA, WH_FILE_CERTIFICATE, WH_FILE_KEY } wh_file_role;

/** What is wrong with a file, in English. */
typedef struct wh_file_finding {
    /** A sentence without a full stop, which begins with the file's name or its block. */
    char problem[320];
    /** What to do about it; FILE stands for the file's path. */
    char advice[320];
} wh_file_finding;

/** WH_OK, or the error that a client with this file would end in: WH_USAGE_CA, WH_USAGE_CERTIFICATE,
 * WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_PLATFORM_MEMORY. `out` says why, but for memory. Dates are not
 * looked at: they are judged when a server's chain ends in the CA. A certificate bundle of ESP-IDF is
 * WH_USAGE_CA here, as nothing that tools make can hold one: a client takes it. `name` stands for the file in
 * the sentence. A platform must be in use. */
WH_MUST_CHECK int wh_check_file(wh_file_role role, const char *name, const uint8_t *file, size_t size,
                                wh_file_finding *out);

/** One certificate of a CA file, by its block's number from 1: true, and `out` says why, if a client leaves
 * it aside for others that it can use. */
WH_MUST_CHECK bool wh_check_left_aside(const char *name, const uint8_t *file, size_t size, uint32_t number,
                                       wh_file_finding *out);

#ifdef __cplusplus
}
#endif

#endif
