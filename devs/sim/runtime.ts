// The firmware's side of the checkout that this project is in. It joins the bus of `devs devtools`, and
// carries the TLS connections of DeviceScript's virtual machine.
import type * as firmwareModule from "../../build/ts/preload/firmware.js"

/** As seen from .devicescript/sim, where `npm run build:sim` puts this file. */
const path = new URL("../../../build/ts/preload/firmware.js", import.meta.url)

export const { startFirmware } = (await import(path.href)) as typeof firmwareModule
