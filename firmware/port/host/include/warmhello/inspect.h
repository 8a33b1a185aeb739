/** @file
 * Looks into an image of the journal's flash: what is there, never a secret.
 */
#ifndef WARMHELLO_INSPECT_H
#define WARMHELLO_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Writes what an image holds as JSON: `sectors[]` and `records[]`, with the header fields of
 * docs/SPEC.md. Nothing is written to the image; bytes behind the last whole sector are
 * left out. Any image will do, broken ones too.
 *
 * `has_key`: the platform's device key is the one that sealed the records, so that the
 * seals can be checked. Returns the length without the closing zero. WH_USAGE_ARGUMENT:
 * fewer than two sectors, or `size` is too small; one sector never needs more than
 * WH_INSPECT_SECTOR_SIZE. */
WH_MUST_CHECK int wh_inspect(const uint8_t *image, size_t image_size, int has_key, char *out, size_t size);

#define WH_INSPECT_SECTOR_SIZE 16384

/** Writes what the device in use remembers of the peer that it met last as JSON, or `null`. Returns the
 * length as above; WH_USAGE_ARGUMENT: `size` is too small. */
WH_MUST_CHECK int wh_inspect_peer(char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
