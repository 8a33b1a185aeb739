/* Which names and addresses in a certificate are a host's own. Private. */
#ifndef WH_HOST_NAMES_H
#define WH_HOST_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/host.h"

/* Whether a dNSName of a certificate names this host (RFC 9525 6.3): the same, or with "*" as its whole
 * first label, which then stands for any one label; at least two labels must follow. Never true for an
 * address. */
bool wh_host_is_named(const wh_host *host, const char *name, size_t size);

/* Whether an iPAddress of a certificate, 4 or 16 bytes, is this host's. */
bool wh_host_is_at(const wh_host *host, const uint8_t *address, size_t size);

#endif
