// A board whose wakes crash, one after the other.
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { Board, type Reason, resultOf, slept, type Wake } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = (...args: string[]) => new Board({ ca: identity.ca, port: server.port, args })
const sleeps = ({ world }: Wake) => world.filter((line) => line.startsWith("sleep "))
/** What a start of the app or the radio would show. */
const starts = ({ app, world }: Wake) => [...app, ...world.filter((line) => /^(wifi|ip|program)/.test(line))]

/** So many wakes that crash, the first of which begins for this reason. */
async function crash(device: Board, times: number, reason: Reason, ...args: string[]): Promise<void> {
    for (let i = 0; i < times; i++) {
        const wake = await device.wake(i === 0 ? reason : "reset", "--does", "crash", ...args)
        expect(wake.code).toBe(43)
    }
}

describe.each(["ds", "c"])("a program (%s) that crashes as soon as it runs", (app) => {
    test("is tried three times, and then sleeps between tries, ever longer, up to an hour", async () => {
        using device = board("--app", app, "--does", "crash")
        await crash(device, 3, "power-on")
        const told: string[] = []
        for (let i = 0; i < 5; i++) {
            const held = slept(await device.wake("reset"))
            expect(held.line).toMatchObject({ cause: "crash", endedBy: "crashes", connect: null })
            expect(Object.keys(held.line.marksUs)).toEqual(["boot", "closing"])
            expect(starts(held)).toEqual([])
            told.push(...sleeps(held))
            await crash(device, 1, "deep-sleep")
        }
        expect(told).toEqual(["sleep 600000", "sleep 1200000", "sleep 2400000", "sleep 3600000", "sleep 3600000"])
    })

    test("is as it was before once a wake ends as it should, its session too", async () => {
        using device = board("--app", app)
        slept(await device.wake("power-on", "--sleep", "60"))
        await crash(device, 3, "deep-sleep")
        expect(sleeps(await device.wake("reset"))).toEqual(["sleep 60000"]) // the program's own
        const well = slept(await device.wake("deep-sleep", "--sleep", "60"))
        expect(well.line).toMatchObject({ cause: "deep-sleep", endedBy: "app", connect: { result: "resumed" } })
        await crash(device, 2, "deep-sleep")
        expect(slept(await device.wake("reset")).line).toMatchObject({ cause: "crash", endedBy: "app" })
        await crash(device, 2, "deep-sleep")
        expect(resultOf(await device.wake("reset"))).toBe("resumed")
    })
})

test("a crash after the app's work counts as well", async () => {
    using device = board("--does", "panic")
    for (const reason of ["power-on", "reset", "reset"] as const) expect((await device.wake(reason)).code).toBe(43)
    expect(slept(await device.wake("reset")).line.endedBy).toBe("crashes")
})

test("a wake that its deadline ends is no crash", async () => {
    using device = board()
    await crash(device, 2, "power-on")
    slept(await device.wake("reset", "--does", "stay", "--deadline", "1"))
    await crash(device, 2, "deep-sleep")
    expect(slept(await device.wake("reset")).line.endedBy).toBe("app")
})

test.each<Reason>(["power-on", "brown-out"])(
    "a person who takes its power away has three new tries (%s)",
    async (reason) => {
        using device = board()
        await crash(device, 2, "power-on")
        await crash(device, 2, reason)
        expect(slept(await device.wake("reset")).line.endedBy).toBe("app")
    },
)

test("the reset button is one try more, whatever the count", async () => {
    using device = board()
    await crash(device, 3, "power-on")
    expect(slept(await device.wake("reset")).line.endedBy).toBe("crashes")
    const pressed = slept(await device.wake("reset"))
    expect(pressed.line).toMatchObject({ cause: "reset", endedBy: "app", connect: { result: "full" } })
})

test("a device without a deadline is tried again at once: it is on a desk, or has to be there", async () => {
    using device = board("--deadline", "none")
    await crash(device, 5, "power-on")
    expect(slept(await device.wake("reset")).line).toMatchObject({ cause: "crash", endedBy: "app" })
})
