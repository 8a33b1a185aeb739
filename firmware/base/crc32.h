/* CRC-32 as in IEEE 802.3, against noise, not against attackers. */
#ifndef WH_CRC32_H
#define WH_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t wh_crc32(const void *bytes, size_t size);

#endif
