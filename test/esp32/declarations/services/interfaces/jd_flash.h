/* jacdac-c: services/interfaces/jd_flash.h */
#ifndef JD_FLASH_H
#define JD_FLASH_H

/** The value is the caller's, to be freed by jd_free(); NULL without one. */
char *jd_settings_get(const char *key);

/** A value of its own pages, in flash as the processor sees it; NULL without one. */
const void *jd_settings_get_large(const char *key, unsigned *sizep);

#endif
