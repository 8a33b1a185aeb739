/** @file
 * warmhello: one TLS session, kept from one wake to the next.
 *
 *   platform   what the machine gives: clocks, entropy, memory, a key, an RTC slot, flash
 *   client     whom to connect to and whom to trust
 *   connect    the whole of a connect: what to do next, and all rules about time
 *   outcome    what a connect did and why
 *   store      where the session waits, and how to forget it
 *
 * and beside them
 *
 *   errors     every way of failing, with a word and a meaning
 *   host       what a host's name may be
 *   flash      what the journal needs of a flash chip
 *   lock       whose turn in the core it is, where several threads call it
 *   check_file for tools: why a file cannot be used
 *   version    which warmhello this is
 */
#ifndef WARMHELLO_H
#define WARMHELLO_H

#include "warmhello/client.h"
#include "warmhello/connect.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"
#include "warmhello/store.h"
#include "warmhello/version.h"

#endif
