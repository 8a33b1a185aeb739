/* Whether a certificate is one, and its key of a kind that this build can verify with. wolfSSL takes a CA
 * with any key, and fails only in the handshake. Private. */
#ifndef WH_CERTIFICATE_KEY_H
#define WH_CERTIFICATE_KEY_H

#include "der.h"

typedef enum wh_certificate_key {
    WH_CERTIFICATE_DAMAGED, /* no certificate, or cut */
    WH_CERTIFICATE_OTHER_KEY,
    WH_CERTIFICATE_SUPPORTED,
} wh_certificate_key;

/** RSA up to 4096 bits, ECDSA on P-256 and P-384 with whole points. What stands behind the certificate is
 * left out of account, and of `der`. */
wh_certificate_key wh_certificate_key_of(wh_der *der);

/** SubjectPublicKeyInfo's contents. False if there is none. */
bool wh_certificate_find_key(wh_der certificate, wh_der *algorithm, wh_der *bits);

/* The parts of that judgement, by contents of an element. */
bool wh_certificate_is_curve(wh_der algorithm);
bool wh_certificate_is_rsa(wh_der algorithm);
bool wh_certificate_curve_fits(wh_der curve);
bool wh_certificate_rsa_fits(wh_der modulus);

#endif
