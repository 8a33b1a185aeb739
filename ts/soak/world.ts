// What surrounds the board in a soak test: two servers that restart with other settings, a line to
// each that can break, and one clock for all.
import type { ClientOptions } from "../core/client.js"
import * as platform from "../core/platform.js"
import { BUILTIN_HOST, BuiltinServer } from "../sim/builtin-server.js"
import { TimeSkip } from "../sim/time-skip.js"
import { FaultProxy } from "./fault-proxy.js"

/** One server, with the line to it. */
class Site implements Disposable {
    private constructor(
        readonly server: BuiltinServer,
        readonly line: FaultProxy,
    ) {}

    static async open(timeSkip: TimeSkip): Promise<Site> {
        const server = await BuiltinServer.start({ sessionLifetimeS: 7200, stateful: true, timeSkip })
        return new Site(server, await FaultProxy.start(server.port))
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
            ca: this.site.server.ca,
            ...{ minVersion: "1.2", maxVersion: "1.3", tickets: true },
        }
    }

    /** The years of a long run pass: both servers renew their certificates in time. */
    async sleep(durationMs: number): Promise<void> {
        this.timeSkip.skip(durationMs)
        platform.sleep(durationMs)
        for (const { server } of this.sites) await server.renewWhenDue()
    }

    [Symbol.dispose](): void {
        for (const site of this.sites) site[Symbol.dispose]()
        this.timeSkip[Symbol.dispose]()
    }
}
