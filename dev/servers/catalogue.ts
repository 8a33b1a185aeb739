// All servers of the interop matrix, in the order of its table.
import { gnutls } from "./gnutls.js"
import { go } from "./go.js"
import { javaStateful, javaStateless } from "./java.js"
import { mosquitto } from "./mosquitto.js"
import { nats } from "./nats.js"
import { nginx } from "./nginx.js"
import { node } from "./node.js"
import { openssl } from "./openssl.js"
import { python } from "./python.js"
import { rustlsStateful, rustlsStateless, s2n } from "./rust.js"
import type { ServerKind } from "./server.js"
import { wolfssl } from "./wolfssl.js"

export const catalogue: readonly ServerKind[] = [
    // One line each.
    openssl,
    nginx,
    gnutls,
    mosquitto,
    node,
    python,
    go,
    nats,
    javaStateful,
    javaStateless,
    rustlsStateful,
    rustlsStateless,
    s2n,
    wolfssl,
]
