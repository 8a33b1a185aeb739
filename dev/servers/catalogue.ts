// All servers of the interop matrix, in the order of its table.
import { gnutls } from "./gnutls.js"
import { mosquitto } from "./mosquitto.js"
import { nginx } from "./nginx.js"
import { openssl } from "./openssl.js"
import type { ServerKind } from "./server.js"

export const catalogue: readonly ServerKind[] = [
    // One line each.
    openssl,
    nginx,
    gnutls,
    mosquitto,
]
