/* Partitions as flash, the journal's above all. */
#ifndef WH_JOURNAL_FLASH_H
#define WH_JOURNAL_FLASH_H

#include "esp_partition.h"
#include "warmhello/flash.h"

/* As in the partition table: data, not encrypted, since flash encryption would not let bits be cleared in
 * place. */
#define WH_JOURNAL_LABEL "wh_sess"
#define WH_JOURNAL_SUBTYPE 0x40

/* The flash of the partition, or NULL, with a line in the log, if there is none that will do. */
const wh_flash *wh_journal_flash(void);

/* The first `size` bytes of a partition, of whole sectors. */
wh_flash wh_partition_flash(const esp_partition_t *partition, uint32_t size);

#endif
