// The firmware's side beside `devs devtools`, and what the VM's side hears of it.
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import net from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { type Firmware, startFirmware } from "#warmhello/preload/firmware.js"
import { RemoteSocket } from "#warmhello/preload/remote-socket.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startServer, type TestServerOptions } from "./support/tls-server.js"

const folder = temporaryFolder()
const path = join(folder, "sim")
const authority = await createCertificateAuthority()
const names = ["127.0.0.1"]
let firmware: Firmware
let said = ""

beforeAll(async () => {
    writeFileSync(join(folder, "ca.pem"), authority.certificate)
    vi.stubEnv("WARMHELLO_CA", join(folder, "ca.pem"))
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
        said += text
        return true
    })
    firmware = await startFirmware(path)
})
afterAll(() => {
    firmware[Symbol.dispose]()
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
})

/** Connects as the VM does, sends "hello", and returns all that comes of it, in order. */
function heard(port: number, where = path): Promise<string[]> {
    return new Promise((done) => {
        const socket = new RemoteSocket(where, { host: "127.0.0.1", port })
        const events: string[] = []
        const last = (event: string) => {
            events.push(event)
            setTimeout(() => done(events), 50) // nothing may follow
        }
        socket.on("open", () => events.push("open"))
        socket.on("data", (bytes) => events.push(`data: ${bytes}`))
        socket.on("end", () => last("end"))
        socket.on("error", (error) => last(`error: ${error.message}`))
        socket.write(Buffer.from("hello"))
    })
}

const answerWith = (text: string) => (socket: net.Socket) => socket.once("data", () => socket.end(text))

async function heardFrom(options: Partial<TestServerOptions>): Promise<string[]> {
    await using server = await startServer({ authority, names, ...options })
    return await heard(server.port)
}

test("an answer and a proper end arrive as such", async () => {
    expect(await heardFrom({ onConnection: answerWith("what\na page") })).toEqual([
        ...["open", "data: what\na page", "end"],
    ])
})

test("a server that ends without close_notify is an error, and no byte of that is data", async () => {
    await using server = await startServer({
        ...{ authority, names },
        onConnection: (socket) => socket.write("half", async () => (await server.first).end()),
    })
    const events = await heard(server.port)
    expect(events.slice(0, -1)).toEqual(["open", "data: half"])
    expect(events.at(-1)).toMatch(/^error: .*without close_notify/)
})

test("a connect that fails is an error", async () => {
    const events = await heardFrom({ authority: await createCertificateAuthority("another CA") })
    expect(events).toEqual([expect.stringMatching(/^error: .*not signed by the given CA/)])
})

test.each([
    ["no JSON", "GET / HTTP/1.1"],
    ["no object", "null"],
    ["no peer", '{"host":"127.0.0.1"}'],
    ["a port that there is not", '{"host":"127.0.0.1","port":70000}'],
])("a first line that is %s is refused and named, and the next connection works", async (_, line) => {
    said = ""
    const vm = net.connect(path)
    vm.write(`${line}\nand more`)
    vm.resume()
    await once(vm, "close")
    expect(said).toContain(`asked for ${line}`)
    expect(await heardFrom({ onConnection: answerWith("a page") })).toContain("data: a page")
})

test.each([
    ["goes away", ""],
    ["is another program", "220 mail.example ESMTP\r\n"],
])("a firmware's side that %s is an error", async (_, greeting) => {
    const other = join(folder, "other")
    const server = net.createServer((vm) => vm.end(greeting)).listen(other)
    await once(server, "listening")
    try {
        expect(await heard(1, other)).toEqual([expect.stringMatching(/^error: /)])
    } finally {
        server.close()
    }
})
