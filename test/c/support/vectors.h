/** The frozen examples in test/vectors: files of lines `name value`; a line that begins with a
 * space goes on with the value before. What is missing fails the test. */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/** The whole file; the caller frees it. */
char *vector_read(const char *name);

/** Where the value of `name` begins. */
const char *vector_find(const char *text, const char *name);
uint64_t vector_number(const char *text, const char *name);

/** A value in hexadecimal. Returns its size. */
size_t vector_bytes(const char *text, const char *name, uint8_t *out, size_t room);

#endif
