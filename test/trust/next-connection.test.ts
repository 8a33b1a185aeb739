// What a server sends beside its chain is not trusted for the next connection of the same client.
import { expect, test } from "vitest"
import { Client, type TlsVersion } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import {
    authorityCertificate,
    type Certificate,
    damageSignature,
    EXPIRED,
    HOST,
    NOT_YET,
    serverCertificate,
} from "./certificates.js"
import { visitWith } from "./clients.js"
import { basicConstraints, unknown } from "./extensions.js"
import { serveChains } from "./servers.js"
import { versions } from "./table.js"

/** What somebody may slip in, below a root that is trusted or below none. */
const slippedIn: Record<string, (root: Certificate) => Certificate> = {
    "an unrelated CA": () => authorityCertificate(),
    "an unrelated CA with the name of the root": ({ subject }) => authorityCertificate({ subject }),
    "an intermediate of an unrelated CA": () => authorityCertificate({ issuer: authorityCertificate() }),
    "an intermediate that the root did not sign": (issuer) =>
        authorityCertificate({ issuer, afterSigning: damageSignature }),
    "an expired intermediate": (issuer) => authorityCertificate({ issuer, ...EXPIRED }),
    "an intermediate that is not valid yet": (issuer) => authorityCertificate({ issuer, ...NOT_YET }),
    "an intermediate with an unknown critical extension": (issuer) =>
        authorityCertificate({ issuer, extensions: [unknown(true)] }),
    "another server": (issuer) => serverCertificate({ issuer }),
    "another server that says it is no CA": (issuer) =>
        serverCertificate({ issuer, extensions: [basicConstraints(false)] }),
}

const cases = versions.flatMap((version) =>
    Object.entries(slippedIn).map(([title, make]) => [`${title} (TLS ${version})`, version, make] as const),
)

function newClient({ pem }: Certificate, port: number, version: TlsVersion): Client {
    losePower()
    return new Client({
        ...{ host: HOST, port, ca: Buffer.from(pem), minVersion: version, maxVersion: version, tickets: true },
        policy: { disabled: true },
    })
}

test.each(versions)(
    "a server that misnames its issuer's key spoils nothing for the next one (TLS %s)",
    async (version) => {
        const root = authorityCertificate({ subject: "Root", without: ["2.5.29.14"] })
        const namesake = authorityCertificate({ subject: "Root" })
        await using impostor = await serveChains([[serverCertificate({ issuer: namesake })]])
        await using server = await serveChains([[serverCertificate({ issuer: root })]])
        using client = newClient(root, server.port, version)
        expect((await visitWith(client, impostor.port)).says).toBe("untrusted")
        expect((await visitWith(client, server.port)).says).toBe("open")
    },
)

test.each(cases)("sent along, it signs no server afterwards: %s", async (_, version, make) => {
    const root = authorityCertificate({ subject: "Root" })
    const extra = make(root)
    await using first = await serveChains([[serverCertificate({ issuer: root }), extra]])
    await using alone = await serveChains([[serverCertificate({ issuer: extra })]])
    await using withIt = await serveChains([[serverCertificate({ issuer: extra }), extra]])
    using client = newClient(root, first.port, version)
    expect((await visitWith(client, first.port)).says).toBe("open")
    for (const { port } of [alone, withIt, alone]) {
        expect((await visitWith(client, port)).says).not.toBe("open")
    }
    expect((await visitWith(client, first.port)).says).toBe("open")
})
