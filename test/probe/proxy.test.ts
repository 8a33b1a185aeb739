// Through a proxy, as HTTPS_PROXY names it.
import http from "node:http"
import net from "node:net"
import { expect, test } from "vitest"
import { proxyFor } from "#warmhello/probe/proxy.js"
import { readTarget } from "#warmhello/probe/target.js"
import { refusingPort } from "../ts/support/tls-server.js"
import { openssl } from "./real-servers.js"
import { ask } from "./support.js"

interface Asked {
    url: string | undefined
    authorization: string | undefined
}

interface ProxyServer extends AsyncDisposable {
    url: string
    asked: Asked[]
}

/** Node's own HTTP server as a proxy; it sends its answer and what the server says first in one piece, where it can. */
async function proxy(status = "200 Connection established"): Promise<ProxyServer> {
    const asked: Asked[] = []
    const server = http.createServer()
    server.on("connect", (request, socket) => {
        asked.push({ url: request.url, authorization: request.headers["proxy-authorization"] })
        const [host = "", port = ""] = (request.url ?? "").split(":")
        if (!status.startsWith("2")) return void socket.end(`HTTP/1.1 ${status}\r\n\r\n`)
        const upstream = net.connect(Number(port), host, () => {
            socket.write(`HTTP/1.1 ${status}\r\n\r\n`)
            upstream.pipe(socket)
            socket.pipe(upstream)
        })
        upstream.on("error", () => socket.destroy())
        socket.on("error", () => upstream.destroy())
    })
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    const { port } = server.address() as net.AddressInfo
    return {
        ...{ url: `http://someone:secret@127.0.0.1:${port}`, asked },
        [Symbol.asyncDispose]: async () => {
            server.closeAllConnections()
            await new Promise((down) => server.close(down))
        },
    }
}

test("each connect goes through it, by name, and says who asks", async () => {
    await using running = await openssl()
    await using through = await proxy()
    const options = {
        ...{ proxy: proxyFor({ host: "localhost" }, { HTTPS_PROXY: through.url }), ways: ["TLS1.3 psk"] as const },
        lookup: () => Promise.reject(new Error("the proxy looks names up")),
    }
    const report = await ask({ ...running, options: { ...options, sleepMs: 500, agesMs: [0, 500] } })
    expect(report.verdict.answer).toBe("resumes")
    expect(through.asked.length).toBeGreaterThan(8)
    const authorization = `Basic ${Buffer.from("someone:secret").toString("base64")}`
    expect(new Set(through.asked.map((one) => JSON.stringify(one)))).toEqual(
        new Set([JSON.stringify({ url: running.server, authorization })]),
    )
})

test("one that refuses is told in its own words, without its password", async () => {
    await using through = await proxy("403 Not for you")
    const options = { proxy: proxyFor({ host: "localhost" }, { HTTPS_PROXY: through.url }) }
    await expect(ask({ server: "localhost:443", options })).rejects.toMatchObject({
        code: "proxy-refused",
        message: expect.stringMatching(
            /^the proxy 127\.0\.0\.1:\d+ does not connect to localhost:443: it says HTTP\/1.1 403 Not for you$/,
        ),
    })
})

test("one that is not there is named as what is missing", async () => {
    const options = { proxy: proxyFor({ host: "localhost" }, { HTTPS_PROXY: `127.0.0.1:${await refusingPort()}` }) }
    await expect(ask({ server: "localhost:443", options })).rejects.toMatchObject({
        code: "connection-refused",
        message: expect.stringMatching(/^the proxy 127\.0\.0\.1:\d+: /),
    })
})

test("a percent sign in a password stands for itself", () => {
    const found = proxyFor({ host: "a" }, { HTTPS_PROXY: "http://someone:100%@proxy:3128" })
    expect(found?.authorization).toBe(`Basic ${Buffer.from("someone:100%").toString("base64")}`)
})

test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "http://proxy:3128" }, "proxy:3128"],
    [{ https_proxy: "proxy:3128", HTTPS_PROXY: "http://other:1" }, "proxy:3128"],
    [{ HTTPS_PROXY: "http://proxy", NO_PROXY: "example.com" }, undefined],
    [{ HTTPS_PROXY: "http://proxy", NO_PROXY: "localhost, .com" }, undefined],
    [{ HTTPS_PROXY: "http://proxy", NO_PROXY: "*" }, undefined],
    [{ HTTPS_PROXY: "http://proxy", NO_PROXY: "ample.com" }, "proxy"],
])("the environment %j names %s for broker.example.com", (environment, text) => {
    expect(proxyFor(readTarget("broker.example.com"), environment)?.text).toBe(text)
})

test.each(["https://proxy:443", "socks5://proxy", "http://"])("%s is none that can be used", (url) => {
    expect(() => proxyFor({ host: "a" }, { HTTPS_PROXY: url })).toThrow("HTTPS_PROXY must be http://host:port")
})
