// All servers of the interop matrix, in the order of its table.
import { apache } from "./apache.js"
import { botan } from "./botan.js"
import { caddy } from "./caddy.js"
import { erlangStateful, erlangStateless } from "./erlang.js"
import { gnutls } from "./gnutls.js"
import { h2o } from "./h2o.js"
import { haproxy } from "./haproxy.js"
import { hitch } from "./hitch.js"
import { lighttpd } from "./lighttpd.js"
import { mosquitto } from "./mosquitto.js"
import { nginx } from "./nginx.js"
import { openssl } from "./openssl.js"
import type { ServerKind } from "./server.js"
import { stunnel } from "./stunnel.js"

export const catalogue: readonly ServerKind[] = [
    // One line each.
    openssl,
    nginx,
    gnutls,
    mosquitto,
    apache,
    botan,
    caddy,
    erlangStateful,
    erlangStateless,
    h2o,
    haproxy,
    hitch,
    lighttpd,
    stunnel,
]
