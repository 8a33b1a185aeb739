/* Whether a certificate is one, and where its key is. wolfSSL does not tell damage from what it does not
 * support. Private. */
#ifndef WH_CERTIFICATE_KEY_H
#define WH_CERTIFICATE_KEY_H

#include "der.h"

/** False for something else, or if part of it is missing. What stands behind the certificate is left out of
 * account, and of `der`. */
bool wh_certificate_is_whole(wh_der *der);

/** The issuer's name, whole. False if there is none. */
bool wh_certificate_find_issuer(wh_der certificate, wh_der *issuer);

/** SubjectPublicKeyInfo's contents. False if there is none. */
bool wh_certificate_find_key(wh_der certificate, wh_der *algorithm, wh_der *bits);

/* What trust.c asks of a CA's key, for tools that say what is wrong with one: by contents of an element. */
bool wh_certificate_is_curve(wh_der algorithm);
bool wh_certificate_is_rsa(wh_der algorithm);
bool wh_certificate_curve_fits(wh_der curve);
bool wh_certificate_rsa_fits(wh_der modulus);

#endif
