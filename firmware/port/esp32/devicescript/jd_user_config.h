/* The Jacdac runtime's configuration, in place of devicescript-esp32's main/jd_user_config.h: that one
 * includes "../build/config/sdkconfig.h", which under PlatformIO is somewhere else. The values are the
 * same, since the sources in main/ are written for them. */
#ifndef JD_USER_CONFIG_H
#define JD_USER_CONFIG_H

#include <stdint.h>

#include "sdkconfig.h"

/* Parts of the runtime. */
#define JD_ADVANCED_STRING 1
#ifndef NO_JACSCRIPT
#define JD_CLIENT 1
#endif
#define JD_FREE_SUPPORTED 1
#define JD_I2C 1
#define JD_I2C_HELPERS 1
#define JD_LED_STRIP 1
#define JD_LSTORE 1
#define JD_MS_TIMER 1
#define JD_RAW_FRAME 1
#define JD_SIMPLE_ALLOC 0
#define JD_SPI 1
#define JD_USB_BRIDGE 1
#define JD_WIFI 1
#define JD_NET_BRIDGE JD_WIFI
#define JD_CONFIG_WATCHDOG 0 /* the firmware has ESP-IDF's */
#if CONFIG_IDF_TARGET_ESP32
#define JD_CONFIG_TEMPERATURE 0 /* no sensor in it */
#else
#define JD_CONFIG_TEMPERATURE 1
#endif

/* Memory: the apps' heap in KB, and the log's ring. */
#if CONFIG_IDF_TARGET_ESP32S2
#define JD_GC_KB 40
#else
#define JD_GC_KB 64
#endif
#define JD_DMESG_BUFFER_SIZE 4096
#define JD_LOG DMESG
#define JD_WR_OVERHEAD 28

void jdesp_wake_main(void);
#define JD_WAKE_MAIN() jdesp_wake_main()

/* What must run while flash is busy: a section of its own for each function, in instruction RAM. */
#define JD_FAST JD_FAST_SECTION(__COUNTER__)
#define JD_FAST_SECTION(number) JD_FAST_NAMED(number)
#define JD_FAST_NAMED(number) __attribute__((section(".iram1." #number)))

/* Flash: the board's configuration, and settings and programs in the partition fstor. */
#define JD_FLASH_PAGE_SIZE 4096
const void *dcfg_base_addr(void);
#define JD_DCFG_BASE_ADDR dcfg_base_addr()
extern uint32_t flash_size;
extern uint32_t flash_base;
#define JD_FSTOR_TOTAL_SIZE flash_size
#define JD_FSTOR_BASE_ADDR flash_base
#define JD_FSTOR_MAX_DATA_PAGES (512 / 4)

#endif
