/** warmhello: one TLS session, kept from one wake to the next.
 *
 *   platform   what the machine gives: clocks, entropy, memory, an RTC slot
 *   client     whom to connect to and whom to trust
 *   conn       one connection: wire bytes in and out, plaintext in and out
 *   outcome    what a connect did and why
 *
 * and underneath, for those who read on:
 *
 *   session    a WOLFSSL_SESSION's life: capture, attach, save, load, release
 *   binding    what a session is tied to
 *   store      where it waits
 */
#ifndef WARMHELLO_H
#define WARMHELLO_H

#include "warmhello/client.h"
#include "warmhello/conn.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"

#endif
