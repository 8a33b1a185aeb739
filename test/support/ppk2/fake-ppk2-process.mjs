// @ts-check
// TEST DOUBLE, as a program: a PPK2 that is none, with a device that wakes. Prints the names of its two ports.
//     node test/support/ppk2/fake-ppk2-process.mjs [wakes] [sleepMs] [scale]
import { FakePpk2 } from "./fake-ppk2.mjs"
import { alternatingWakes } from "./script.mjs"

const [wakes = 12, sleepMs = 400, scale = 1] = process.argv.slice(2).map(Number)
const { steps } = alternatingWakes({ wakes, sleepMs, scale, jitter: 0.05, seed: 7, firstMs: 1000 })
const fake = new FakePpk2({ steps, realTime: true })
process.stdout.write(`fake PPK2 on ${fake.path}, the device's log on ${fake.logPath}\n`)
process.once("SIGINT", () => fake.close())
await fake.finished
setTimeout(() => fake.close(), 500)
