// What surrounds the board in a soak test: two servers that restart with other settings, a line to
// each that can break, and one clock for all.
import type { ClientOptions } from "../core/client.js"
import * as platform from "../core/platform.js"
import { BUILTIN_HOST, BuiltinServer, type ServerConfig } from "../sim/builtin-server.js"
import { type CertificateAuthority, createCertificateAuthority } from "../sim/certificates.js"
import { TimeSkip } from "../sim/time-skip.js"
import { FaultProxy } from "./fault-proxy.js"

const NAMES = [BUILTIN_HOST, "localhost", "127.0.0.1"]

/** One server, with the line to it. */
class Site implements Disposable {
    private constructor(
        readonly server: BuiltinServer,
        readonly line: FaultProxy,
        public authority: CertificateAuthority,
        public config: ServerConfig,
    ) {}

    static async open(timeSkip: TimeSkip): Promise<Site> {
        const server = await BuiltinServer.start({ sessionLifetimeS: 7200, stateful: true, timeSkip })
        const authority = await createCertificateAuthority()
        const identity = await authority.issue({ names: NAMES })
        const config: ServerConfig = {
            ...identity,
            ...{ sessionLifetimeS: 7200, stateful: true, singleUse: false },
            ...{ minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
        }
        await server.serve(config)
        return new Site(server, await FaultProxy.start(server.port), authority, config)
    }

    /** Restarts the server with these settings changed. */
    async change(settings: Partial<ServerConfig>): Promise<void> {
        this.config = { ...this.config, ...settings }
        await this.server.serve(this.config)
    }

    async renewCertificate(): Promise<void> {
        await this.change(await this.authority.issue({ names: NAMES }))
    }

    async changeAuthority(): Promise<void> {
        this.authority = await createCertificateAuthority()
        await this.renewCertificate()
    }

    [Symbol.dispose](): void {
        this.line[Symbol.dispose]()
        this.server[Symbol.dispose]()
    }
}

export class World implements Disposable {
    #current = 0

    private constructor(
        readonly timeSkip: TimeSkip,
        readonly sites: readonly [Site, Site],
    ) {}

    static async create(): Promise<World> {
        const timeSkip = new TimeSkip()
        return new World(timeSkip, [await Site.open(timeSkip), await Site.open(timeSkip)])
    }

    /** The server that the board is configured for. */
    get site(): Site {
        return this.sites[this.#current] ?? this.sites[0]
    }

    changeSite(): void {
        this.#current = 1 - this.#current
    }

    client(): ClientOptions {
        return {
            host: BUILTIN_HOST,
            port: this.site.server.port,
            ca: Buffer.from(this.site.authority.certificate),
            ...{ minVersion: "1.2", maxVersion: "1.3", tickets: true },
        }
    }

    sleep(durationMs: number): void {
        this.timeSkip.skip(durationMs)
        platform.sleep(durationMs)
    }

    [Symbol.dispose](): void {
        for (const site of this.sites) site[Symbol.dispose]()
        this.timeSkip[Symbol.dispose]()
    }
}
