/* jacdac-c: inc/interfaces/jd_alloc.h */
#ifndef JD_ALLOC_H
#define JD_ALLOC_H

void jd_free(void *ptr);

#endif
