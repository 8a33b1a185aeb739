// Whose fault the interop matrix finds, by what the device, the server, the wire and OpenSSL's client say.
import { expect, test } from "vitest"
import { Cells } from "#dev/interop/cells.js"
import { type DeviceWake, judge, type Step } from "#dev/interop/judge.js"
import { runServer } from "#dev/interop/server-cells.js"
import { nginx, startNginx } from "#dev/servers/nginx.js"

const wake = (resumed: boolean, reason: DeviceWake["reason"], more: Partial<DeviceWake> = {}): DeviceWake => ({
    ...{ error: null, isAnswered: true, attempts: 1, resumed, reason, kind: resumed ? "ticket" : null },
    ...{ helloSaysResumed: resumed, serverSaysResumed: resumed, ...more },
})

const openssl = (resumed: boolean | undefined, error = ""): Step["openssl"] => ({
    offered: true,
    resumed,
    hasTicket: true,
    error,
})

const shouldResume = { resumed: true, reasons: ["accepted"], kind: "ticket" } as const
const shouldBeRefused = { resumed: false, reasons: ["refused"], kind: "ticket" } as const

const step = (expected: Step["expected"], device: DeviceWake, client: Step["openssl"]): Step => ({
    ...{ what: "the wake", expected, device, openssl: client, isDecisive: true },
})

test.each<[string, Step, string]>([
    [
        "a server that refuses everybody",
        step(shouldResume, wake(false, "refused"), openssl(false)),
        "server: the wake: it resumes neither here nor for OpenSSL's client",
    ],
    [
        "a session that only the device is refused",
        step(shouldResume, wake(false, "refused"), openssl(true)),
        "device: the wake: the server refuses what it offers, and OpenSSL's client resumes",
    ],
    [
        "a device that offers nothing",
        step(shouldResume, wake(false, "none"), openssl(true)),
        "device: the wake: it offers nothing (none), and OpenSSL's client resumes",
    ],
    [
        "a device whose handshake with a session fails",
        step(shouldResume, wake(false, "fallback", { attempts: 2 }), openssl(true)),
        "device: the wake: its first attempt fails (fallback), and OpenSSL's client resumes",
    ],
    [
        "a device that resumes what it should not",
        step(shouldBeRefused, wake(true, "accepted"), openssl(false)),
        "device: the wake: it resumes, which should be full (refused)",
    ],
    [
        "a server that keeps its keys",
        step(shouldBeRefused, wake(true, "accepted"), openssl(true)),
        "server: the wake: it still resumes, for OpenSSL's client as well",
    ],
    [
        "a refusal that costs a second connection",
        step(shouldBeRefused, wake(false, "fallback", { attempts: 2 }), openssl(false)),
        "device: the wake: full for another reason: fallback, at the price of a second connection",
    ],
    [
        "a device that claims a resumption",
        step(shouldResume, wake(true, "accepted", { helloSaysResumed: false }), openssl(true)),
        "device: the wake: it says resumed, and the ServerHello says full",
    ],
    [
        "a server whose word is not that of its hello",
        step(shouldResume, wake(true, "accepted", { serverSaysResumed: false }), openssl(true)),
        "matrix: the wake: the server says full, and its ServerHello says resumed",
    ],
    [
        "a connect that fails for the device alone",
        step(shouldResume, wake(false, "refused", { error: "alert" }), openssl(true)),
        "device: the wake: it fails (alert), and OpenSSL's client does not",
    ],
    [
        "a server that serves nobody",
        step(shouldResume, wake(false, "refused", { error: "alert" }), openssl(undefined, "alert 40")),
        "server: the wake: it fails (alert), and so does OpenSSL's client (alert 40)",
    ],
    [
        "a server that gives an ID for a ticket",
        step(shouldResume, wake(true, "accepted", { kind: "id" }), {
            offered: true,
            resumed: true,
            hasTicket: false,
            error: "",
        }),
        "server: the wake: the session is of kind id",
    ],
])("%s", (_, one, expected) => {
    const { fault } = judge([one])
    expect(fault && `${fault.blame}: ${fault.what}`).toBe(expected)
})

test("a written reason excuses a cell, and is a defect itself where it is not needed", () => {
    const known = [{ kinds: ["ticket"], cases: ["restart", "another-server"], why: "it is old" }] as const
    const cells = new Cells({ ...nginx, known }, "1")
    cells.judged("ticket", "restart", [step(shouldBeRefused, wake(false, "fallback"), openssl(false))])
    cells.judged("ticket", "another-server", [step(shouldBeRefused, wake(false, "refused"), openssl(false))])
    const { cells: all, defects } = cells.all()
    expect(all.find((cell) => cell.kind === "ticket" && cell.case === "restart")?.why).toBe("it is old")
    expect(defects).toContain(
        "nginx, ticket, another-server: matrix: it is as it should be, and a reason is written: it is old",
    )
    expect(defects.filter((defect) => defect.includes("restart, it is old"))).toEqual([])
})

test("a real server that gives no session is blamed in each cell that should resume", async () => {
    const forgetful = {
        ...nginx,
        start: (options: Parameters<typeof startNginx>[0]) => startNginx({ ...options, tickets: false, tickets13: 0 }),
    }
    const { defects } = await runServer(forgetful, "1")
    const resuming = ["same-process", "client-certificate"]
    for (const which of resuming) {
        expect(defects).toContain(
            `nginx, psk, ${which}: server: the next wake: it has given no session, nor to OpenSSL's client`,
        )
    }
    expect(defects.filter((defect) => !defect.includes(": server: "))).toEqual([])
})

test("a server that does not start is no silence: each of its cells is a defect", async () => {
    const broken = { ...nginx, start: () => Promise.reject(new Error("no")) }
    const { cells, defects } = await runServer(broken, "1")
    expect(defects).toHaveLength(21)
    expect(new Set(cells.map(({ resumed, why }) => `${resumed} ${why}`))).toEqual(new Set(["null matrix: no"]))
})
