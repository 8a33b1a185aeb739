/* The part of DeviceScript's runtime that program.c uses, declared anew, so that each build of the host
 * compiles it. On the ESP32 the runtime's own header takes its place.
 *
 * Each line was checked by hand against microsoft/devicescript at 084bb1b3 (v2.16.4):
 * runtime/devicescript/devicescript.h, and devsmgr.c for what the functions do.
 */
#ifndef DEVICESCRIPT_H
#define DEVICESCRIPT_H

#include <stdint.h>

#define JD_SHA256_HASH_BYTES 32

int devsmgr_get_hash(uint8_t hash[JD_SHA256_HASH_BYTES]);
int devsmgr_deploy(const void *img, unsigned imgsize);
void devsmgr_restart(void);

/* jacdac-c: inc/interfaces/jd_hw.h; the time when the main loop's turn began, in microseconds. */
extern uint32_t now;

#endif
