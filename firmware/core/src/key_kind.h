/* What keeps a key from being used, in words. Private, and for tools only. */
#ifndef WH_KEY_KIND_H
#define WH_KEY_KIND_H

#include "der.h"

typedef struct wh_key_kind {
    /* Goes on from "its key"; NULL for a kind that is supported. */
    const char *problem;
    /* The way out, NULL for none but another key. */
    const char *advice;
} wh_key_kind;

/** Of a certificate's DER. */
wh_key_kind wh_key_kind_of_certificate(wh_der certificate);

/** Of a private key's, PKCS#8, PKCS#1 or SEC1. */
wh_key_kind wh_key_kind_of_private(wh_der key);

#endif
