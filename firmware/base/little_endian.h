/* Included where structs and numbers are stored or hashed as they lie in memory. */
#ifndef WH_LITTLE_ENDIAN_H
#define WH_LITTLE_ENDIAN_H

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "what is stored is little-endian (docs/SPEC.md)");

#endif
