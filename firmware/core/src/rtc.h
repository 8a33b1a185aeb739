/* The RTC slot in use (slots.h): what the device remembers of a peer while its processor is off. Private.
 *
 * After a loss of power the slot may hold anything. A magic number and a CRC-32 tell
 * noise; an elapsed clock that reads less than it did shows that the power was gone
 * although the memory survived. The record in it guards itself.
 */
#ifndef WH_RTC_H
#define WH_RTC_H

#include <stdbool.h>
#include <stdint.h>

#include "binding.h"
#include "warmhello/errors.h"
#include "kept.h"

/* No copy in flash. */
#define WH_RTC_NOWHERE 0xffffffffu

#define WH_RTC_NEVER UINT64_MAX

/* As it lies in the slot, in front of the record. */
typedef struct wh_rtc {
    /* These two are set when it is saved. */
    uint32_t magic;
    uint32_t crc;
    /* Which run of the elapsed clock this is; the same in all slots. */
    uint64_t epoch;
    /* When on the elapsed clock the slot was used; 0: not in this run. */
    uint64_t seen_us;
    /* The highest generation that this device has sealed, in any slot, when this one was used. */
    uint32_t generation;
    /* The record in the slot, 0 when there is none. It is wiped when it is spent. */
    uint16_t record_size;
    /* Another session for the same peer, for when that one is spent; 0 for none. */
    uint16_t spare_size;
    /* The record ends where the slot ends, and the spare begins where it would; else the reverse. */
    bool record_is_last;
    /* A write to flash was begun and its end is not known: look what is there. */
    bool flash_unsure;
    /* A forget was begun: go on with it before all else. */
    bool forgetting;
    /* It is in flash too, or a write of it was begun. */
    bool record_in_flash;
    /* It was offered in a handshake that failed. */
    bool record_suspect;
    /* This run of the elapsed clock began with records in flash: another loss of power may come. */
    bool power_was_lost;
    /* A session of a full handshake would do better than the one in flash. */
    bool flash_is_poor;
    /* Why there is no record: the error WH_MISS_*, with the sign turned; 0 for WH_MISS_EMPTY. */
    uint8_t miss;
    uint32_t record_generation;
    /* The record in flash that has not been spent; there is no other. */
    uint32_t flash_at;
    uint32_t flash_generation;
    /* First bytes of its binding. */
    uint32_t flash_binding;
    /* First bytes of the binding of the peer that `peer` is about. */
    uint32_t peer_binding;
    /* First bytes of the binding whose session was replaced by another's; 0 for none. */
    uint32_t replaced_binding;
    /* When on the elapsed clock the copy in flash wants replacing. */
    uint64_t flash_stale_us;
    /* When on the elapsed clock the wear budget allows the next erase; WH_RTC_NEVER: flash was not asked yet.
     */
    uint64_t erase_allowed_us;
    wh_peer peer;
    /* The pinned peer whose session keeps its place, and until when on the elapsed clock. */
    uint32_t pin_binding;
    uint64_t pin_until_us;
} wh_rtc;

typedef enum wh_rtc_found {
    WH_RTC_NOISE,
    /* The elapsed clock has begun anew since the slot was used. */
    WH_RTC_OF_BEFORE,
    WH_RTC_SOUND
} wh_rtc_found;

/* Copies the state as it lies there. */
wh_rtc_found wh_rtc_look(wh_rtc *out);

/* Reads the slot. When the power was lost, `out` is a new state of the run `epoch`, or, for 0, with an epoch
 * of its own, which is not sure of flash and which the caller saves. WH_PLATFORM_ENTROPY. */
WH_MUST_CHECK int wh_rtc_load(uint64_t epoch, wh_rtc *out);

/* Writes the state and reads it back; the slot was used now. WH_PLATFORM_RTC: the slot did not keep it. */
WH_MUST_CHECK int wh_rtc_save(wh_rtc *state);

/* The same, but the slot was used when it was before. */
WH_MUST_CHECK int wh_rtc_save_unused(wh_rtc *state);

/* Whether the record in the slot is of this generation. */
bool wh_rtc_holds(const wh_rtc *state, uint32_t generation);

/* Whether a slot, whichever, still has the record of this generation that a load in this wake has told of. */
bool wh_rtc_still_holds(uint32_t generation);

/* Where the record is. Without one, WH_RECORD_MAX bytes for it. */
uint8_t *wh_rtc_record(const wh_rtc *state);

/* What the record leaves of the slot, where the spare is, if there is one. Returns its bytes. */
size_t wh_rtc_rest(const wh_rtc *state, uint8_t **at);

/* The record becomes the spare, in place of any other, for one of `size` bytes that stands where
 * wh_rtc_rest() begins. */
void wh_rtc_put_beside(wh_rtc *state, uint16_t size);

/* Overwrites the record, and the spare takes its place. */
void wh_rtc_drop_record(wh_rtc *state);

/* Overwrites the spare if it is of this generation. */
void wh_rtc_drop_spare(wh_rtc *state, uint32_t generation);

/* Overwrites both. */
void wh_rtc_drop_records(wh_rtc *state);

/* Overwrites everything. */
void wh_rtc_wipe(void);

#endif
