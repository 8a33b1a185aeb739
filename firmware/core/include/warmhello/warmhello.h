/** warmhello: one TLS session, kept from one wake to the next.
 *
 *   platform   what the machine gives: clocks, entropy, memory, a key, an RTC slot, flash
 *   client     whom to connect to and whom to trust
 *   conn       one connection: wire bytes in and out, plaintext in and out
 *   outcome    what a connect did and why
 *   store      where the session waits, and how to forget it
 *
 * and underneath, for those who read on:
 *
 *   resumption what a connection does with sessions
 *   policy     offer the stored one or not, and why
 *   session    a WOLFSSL_SESSION's life: capture, attach, save, load, release
 *   record     one session as stored: sealed, with its times and what it is tied to
 *   binding    what a session is tied to
 *   clock      moments, and how long ago they were
 *   flash      what the journal needs of a flash chip
 */
#ifndef WARMHELLO_H
#define WARMHELLO_H

#include "warmhello/client.h"
#include "warmhello/conn.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"
#include "warmhello/store.h"

#endif
