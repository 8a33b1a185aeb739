/** A record's contents with every field set, for tests that need no server. */
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include "record.h"

/** A header, and a session of `size` bytes that wolfSSL could not read. */
wh_record_info sample_info(void);
void sample_session(uint8_t *out, size_t size);

/** The device key of samples: 00 01 02 ... 1f. */
void use_sample_key(void);

/** Fails the test when a field differs. */
void assert_same_info(const wh_record_info *a, const wh_record_info *b);

#endif
