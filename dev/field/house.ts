// What all cells of a field matrix that run in one process have in common: a clock, a server that is told anew what it
// is, and certificates for servers and devices.
import type { ClientOptions } from "../../ts/core/client.js"
import { BUILTIN_HOST, BuiltinServer, plainConfig, type ServerConfig } from "../../ts/sim/builtin-server.js"
import { type CertificateAuthority, createCertificateAuthority } from "../../ts/sim/certificates.js"
import { TimeSkip } from "../../ts/sim/time-skip.js"
import { OpensslServer, type Overlay } from "../network/openssl-server.js"
import { type Device, devices } from "./columns.js"

type Identity = NonNullable<ClientOptions["identity"]>

/** How long a server keeps a session unless a row says otherwise: longer than ten wakes. */
const SESSION_LIFETIME_S = 7200

/** So many names make a certificate of 3 KB, and a ticket that holds it longer than what a device keeps. */
const MANY_NAMES = 90

async function deviceIdentity(authority: CertificateAuthority, nameCount: number): Promise<Identity> {
    const names = Array.from({ length: nameCount }, (_, n) => `sensor-${n}.devices.warmhello.test`)
    const { certificate, key } = await authority.issue({ names, purpose: "client" })
    return { certificate: Buffer.from(certificate), key: Buffer.from(key) }
}

export interface OpensslOptions {
    arguments?: string[]
    /** It asks for a certificate also where the device has none. */
    asks?: boolean
    overlay?: Overlay
}

export class House implements Disposable {
    private constructor(
        readonly timeSkip: TimeSkip,
        readonly server: BuiltinServer,
        readonly serverAuthority: CertificateAuthority,
        readonly deviceAuthority: CertificateAuthority,
        readonly identity: Identity,
        readonly longIdentity: Identity,
    ) {}

    static async open(): Promise<House> {
        const timeSkip = new TimeSkip()
        const authority = await createCertificateAuthority("warmhello devices")
        return new House(
            timeSkip,
            await BuiltinServer.start({ sessionLifetimeS: SESSION_LIFETIME_S, stateful: true, timeSkip }),
            await createCertificateAuthority(),
            authority,
            await deviceIdentity(authority, 1),
            await deviceIdentity(authority, MANY_NAMES),
        )
    }

    /** The server starts as this device would like it best, but for `settings`. */
    restart(device: Device, settings: Partial<ServerConfig> = {}): Promise<void> {
        return this.server.restart({
            ...plainConfig,
            sessionLifetimeS: SESSION_LIFETIME_S,
            // In TLS 1.3 Node renews what it keeps itself, and no ticket that holds the session.
            stateful: device !== "1.2",
            clientCa: devices[device].hasCertificate ? this.deviceAuthority.certificate : "",
            ...settings,
        })
    }

    async startOpenssl(device: Device, { asks, overlay, ...options }: OpensslOptions): Promise<OpensslServer> {
        const identity = await this.serverAuthority.issue({ names: [BUILTIN_HOST] })
        const asksFor = asks === true || devices[device].hasCertificate
        return await OpensslServer.start({
            ...identity,
            clientCa: asksFor ? this.deviceAuthority.certificate : undefined,
            arguments: ["-www", ...(options.arguments ?? [])],
            overlay,
            environment: { ...process.env, ...this.timeSkip.environment },
        })
    }

    [Symbol.dispose](): void {
        this.server[Symbol.dispose]()
        this.timeSkip[Symbol.dispose]()
    }
}
