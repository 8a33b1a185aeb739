/** @file
 * What a board is given before its first wake: Wi-Fi, server, trust, identity.
 *
 * An image of WH_PROVISION_SIZE bytes with two slots, which `warmhello provision` makes and a
 * partition of its own holds. The newest slot that is valid counts. docs/SPEC.md has each byte.
 */
#ifndef WARMHELLO_PROVISION_H
#define WARMHELLO_PROVISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"
#include "warmhello/flash.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Name, type and subtype of the partition; its flag `encrypted` is set. */
#define WH_PROVISION_PARTITION "wh_prov"
#define WH_PROVISION_PARTITION_SUBTYPE 0x41

/** Bytes of a slot, of its header, and of the two slots. */
#define WH_PROVISION_SLOT 8192
#define WH_PROVISION_HEADER 64
#define WH_PROVISION_SIZE 16384

/** The weakest protection of a network to join. */
typedef enum wh_wifi_security { WH_WIFI_OPEN, WH_WIFI_WPA2, WH_WIFI_WPA3 } wh_wifi_security;

/** Members by the kinds of provision.def, besides those of client.h. */
#define WH_MEMBER_security(name) wh_wifi_security name;
#define WH_MEMBER_address(name) const uint8_t *name;

/** Everything that a device is given: the rows WH_DEVICE_SETTING of provision.def, with their meanings, and
 * its TLS client. Zeros are the defaults. */
typedef struct wh_device_config {
#define WH_DEVICE_SETTING(kind, name, ...) WH_MEMBER_##kind(name)
#include "warmhello/provision.def"
    wh_client_config client;
    /** How long a connect may take in all, in milliseconds; 0 for the port's default. Not in an image. */
    uint32_t connect_timeout_ms;
} wh_device_config;

/** What was read of an image. */
typedef struct wh_provision {
    /** Every pointer is into the image. */
    wh_device_config config;
    /** Which rotation this is, from 1; which slot it lies in, and how many bytes it takes there. */
    uint32_t sequence;
    uint32_t slot;
    size_t size;
} wh_provision;

/** Reads an image of WH_PROVISION_SIZE bytes, in memory or mapped, which must stay there for as
 * long as `out` is in use.
 *
 * WH_MISS_EMPTY: both slots are blank. WH_DAMAGE_RECORD: none is valid, or of a version that
 * this firmware knows. WH_USAGE_ARGUMENT: another size. WH_PLATFORM_MEMORY. After an error
 * `out` is all zeros. */
WH_MUST_CHECK int wh_provision_read(const uint8_t *image, size_t size, wh_provision *out);

/** The same of one slot; bytes behind its end do not matter. `out->slot` is 0. */
WH_MUST_CHECK int wh_provision_read_slot(const uint8_t *slot, size_t size, wh_provision *out);

/** Writes new contents into the slot that is not in use.
 *
 * `slot` is one that was sent, of `size` bytes or more; its sequence is replaced by the one that
 * follows here. `work` is of WH_PROVISION_SLOT bytes, holds secrets meanwhile and is wiped. The
 * flash has addresses 0 to WH_PROVISION_SIZE - 1; transparent encryption of it does no harm:
 * nothing is programmed a second time with other contents, and writes are whole blocks of 32.
 *
 * Power gone at any moment: the image holds the old contents or the new. A client is made of the
 * new contents before anything is written, so what the core cannot load is refused with
 * wh_client_check()'s error. WH_DAMAGE_RECORD: `slot` is not valid. WH_USAGE_ARGUMENT: the flash
 * has another size. WH_PLATFORM_FLASH: an operation failed, or did not read back; what was in use
 * before still counts, unless the new contents are whole. */
WH_MUST_CHECK int wh_provision_rotate(const wh_flash *flash, const uint8_t *slot, size_t size,
                                      uint8_t work[WH_PROVISION_SLOT]);

#ifdef __cplusplus
}
#endif

#endif
