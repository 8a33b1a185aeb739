// What the cases of one day share: a folder, an authority and a server of that day, and the command on its clock.
import https from "node:https"
import { checkoutPath } from "../../ts/base/paths.js"
import { TemporaryFolder } from "../../ts/base/temporary.js"
import { type CertificateAuthority, createCertificateAuthority } from "../../ts/sim/certificates.js"
import { type Ended, runOn } from "./child.js"
import type { Day } from "./days.js"

const DAY_MS = 24 * 60 * 60 * 1000

/** Something is not as it should be on that day. */
export class Unexpected extends Error {}

export class Place implements Disposable {
    readonly #folder = new TemporaryFolder("calendar")

    private constructor(
        readonly day: Day,
        readonly authority: CertificateAuthority,
        readonly signal: AbortSignal,
    ) {}

    static async on(day: Day, signal: AbortSignal): Promise<Place> {
        return new Place(day, await authorityFor(day, -3650, 3650), signal)
    }

    file(name: string, contents?: string): string {
        return contents === undefined ? this.#folder.file(name) : this.#folder.write(name, contents)
    }

    run(command: string[]): Promise<Ended> {
        return runOn(this.day.clockMs, command, this.signal)
    }

    /** The command `warmhello`. */
    commandFor(args: string[]): string[] {
        return [process.execPath, checkoutPath("build/ts/cli/main.js"), ...args]
    }

    /** Runs it; it must end like that. */
    warmhello(args: string[], code = 0): Promise<string> {
        return this.#output(this.commandFor(args), code)
    }

    /** Runs the workshop's command line, which must end well. */
    workshop(args: string[]): Promise<string> {
        return this.#output([process.execPath, checkoutPath("build/dev/main.js"), ...args], 0)
    }

    async #output(command: string[], code: number): Promise<string> {
        const ended = await this.run(command)
        if (ended.code !== code) {
            throw new Unexpected(`${command.join(" ")} ended with ${ended.code}, not ${code}: ${ended.stderr}`)
        }
        return ended.stdout
    }

    /** A server on loopback whose certificate is valid for these days, counted from the true one. */
    async serve(fromDays: number, toDays: number): Promise<{ port: number } & Disposable> {
        const { certificate, key } = await this.authority.issue({
            names: ["localhost"],
            ...datesFor(this.day, fromDays, toDays),
        })
        const server = https.createServer({ cert: certificate, key }, (_, response) => response.writeHead(204).end())
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
        const address = server.address()
        const port = typeof address === "object" ? (address?.port ?? 0) : 0
        return {
            port,
            [Symbol.dispose]() {
                server.close()
                server.closeAllConnections()
            },
        }
    }

    /** Whether the clock shows it. */
    get knowsTheDay(): boolean {
        return this.day.clockMs === this.day.truthMs
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

const datesFor = ({ truthMs }: Day, fromDays: number, toDays: number) => ({
    notBefore: new Date(truthMs + fromDays * DAY_MS),
    notAfter: new Date(truthMs + toDays * DAY_MS),
})

/** A CA that is valid for these days, counted from the true one. */
export function authorityFor(day: Day, fromDays: number, toDays: number): Promise<CertificateAuthority> {
    return createCertificateAuthority("warmhello calendar CA", "ecdsa", datesFor(day, fromDays, toDays))
}
