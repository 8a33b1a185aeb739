/* jacdac-c: services/interfaces/jd_flash.h */
#ifndef JD_FLASH_H
#define JD_FLASH_H

/** The value is the caller's, to be freed by jd_free(); NULL without one. */
char *jd_settings_get(const char *key);

#endif
