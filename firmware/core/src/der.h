/* The outer form of DER (X.690), enough to tell damage from a kind that is not supported. Private. */
#ifndef WH_DER_H
#define WH_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WH_DER_INTEGER = 0x02,
    WH_DER_BITS = 0x03,
    WH_DER_OCTETS = 0x04,
    WH_DER_OID = 0x06,
    WH_DER_SEQUENCE = 0x30,
    WH_DER_CONTEXT_0 = 0xa0,
    WH_DER_CONTEXT_1 = 0xa1,
};

typedef struct wh_der {
    const uint8_t *at;
    size_t size;
} wh_der;

/** Takes the next element off the front. False if there is none, or its length says more than there is. */
bool wh_der_take(wh_der *from, uint8_t *tag, wh_der *value);

/** The same for an element that must have this tag; nothing is taken otherwise. `value` is
 * another object than `from`. */
bool wh_der_expect(wh_der *from, uint8_t tag, wh_der *value);

bool wh_der_is(wh_der value, const uint8_t *bytes, size_t size);

/** Whether everything inside fits, however deep. */
bool wh_der_is_sound(wh_der from);

#endif
