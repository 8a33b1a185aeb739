// @ts-check
// Node's https. It keeps no sessions itself: as its documentation says, an app that wants them does.
import { constants } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { TLSSocket } from "node:tls"

const { PORT, CERTIFICATE = "", KEY = "", CLIENT_CA = "", TLS13, TICKETS, LIFETIME_S = "", GROUP = "" } = process.env
const groups = /** @type {Record<string, string>} */ ({ x25519: "X25519", secp256r1: "P-256" })

const server = createServer(
    {
        cert: readFileSync(CERTIFICATE),
        key: readFileSync(KEY),
        maxVersion: TLS13 === "true" ? "TLSv1.3" : "TLSv1.2",
        secureOptions: TICKETS === "true" ? 0 : constants.SSL_OP_NO_TICKET,
        ...(LIFETIME_S === "" ? {} : { sessionTimeout: Number(LIFETIME_S) }),
        ...(GROUP === "" ? {} : { ecdhCurve: groups[GROUP] }),
        ...(CLIENT_CA === "" ? {} : { ca: readFileSync(CLIENT_CA), requestCert: true }),
    },
    ({ socket }, response) => {
        const isResumed = socket instanceof TLSSocket && socket.isSessionReused()
        response.end(`resumed: ${isResumed}\n`)
    },
)

/** @type {Map<string, Buffer>} */
const sessions = new Map()
/** @type {import("node:tls").Server} */
const keeper = server
keeper.on("newSession", (id, session, stored) => {
    sessions.set(id.toString("hex"), session)
    stored()
})
keeper.on("resumeSession", (id, found) => found(null, sessions.get(id.toString("hex")) ?? null))
keeper.on("tlsClientError", ({ message }) => process.stdout.write(`${message}\n`))
server.listen(Number(PORT), "127.0.0.1", () => process.stdout.write("listening\n"))
