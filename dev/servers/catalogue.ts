// All servers of the interop matrix, in the order of its table.
import { apache } from "./apache.js"
import { botan } from "./botan.js"
import { caddy } from "./caddy.js"
import { erlangStateful, erlangStateless } from "./erlang.js"
import { gnutls } from "./gnutls.js"
import { go } from "./go.js"
import { h2o } from "./h2o.js"
import { haproxy } from "./haproxy.js"
import { hitch } from "./hitch.js"
import { javaStateful, javaStateless, netty } from "./java.js"
import { lighttpds } from "./lighttpd.js"
import { mosquitto } from "./mosquitto.js"
import { nats } from "./nats.js"
import { nginx } from "./nginx.js"
import { node } from "./node.js"
import { openssl } from "./openssl.js"
import { python } from "./python.js"
import { rustlsStateful, rustlsStateless, s2n } from "./rust.js"
import type { ServerKind } from "./server.js"
import { stunnel } from "./stunnel.js"
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
    netty,
    rustlsStateful,
    rustlsStateless,
    s2n,
    wolfssl,
    apache,
    botan,
    caddy,
    erlangStateful,
    erlangStateless,
    h2o,
    haproxy,
    hitch,
    ...lighttpds,
    stunnel,
]
