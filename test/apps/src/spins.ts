// Waits in each turn, but no time.
import { sleep } from "@devicescript/core"

while (true) await sleep(0)
