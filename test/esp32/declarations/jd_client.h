/* jacdac-c: inc/jd_client.h, which includes jd_util.h */
#ifndef JD_CLIENT_H
#define JD_CLIENT_H

#include <stdint.h>

typedef struct jd_device jd_device_t;

/* NULL as long as it has not announced itself. */
jd_device_t *jd_device_lookup(uint64_t device_identifier);

/* This board's own. */
uint64_t jd_device_id(void);

#endif
