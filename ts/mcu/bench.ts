// `npm run bench:mcu`: every recording on both builds of the firmware.
import { existsSync, readdirSync } from "node:fs"
import { checkoutPath } from "../core/paths.js"
import { WarmhelloError } from "../errors.js"
import { type ImageSize, imageSize } from "./image.js"
import { type Profile, profile } from "./profile.js"
import { type Recording, readRecording } from "./recording.js"
import { type McuBuild, mcuImage } from "./remote-core.js"
import { type Measured, replay } from "./replay.js"

export const mcuBuilds: readonly McuBuild[] = ["size", "speed"]
export const RECORDINGS = "test/mcu/recordings"
/** What CI holds each run against, to the instruction. */
export const FIGURES = "test/mcu/figures.json"

/** One handshake on one build. All of it is the same in each run. */
export interface McuCase {
    name: string
    title: string
    build: McuBuild
    result: "full" | "resumed"
    /** Of the handshake, restoring included. */
    instructions: number
    /** A line, its answer, what tickets bring, the close. */
    afterInstructions: number
    /** Making the client, which reads the CA's certificate. */
    clientInstructions: number
    bytesTx: number
    bytesRx: number
    flights: number
    heapPeakBytes: number
    stackPeakBytes: number
    flashBytes: number
}

export interface McuProfile {
    name: string
    build: McuBuild
    result: "full" | "resumed"
    profile: Profile
}

export interface McuReport {
    cases: McuCase[]
    profiles: McuProfile[]
    images: Record<McuBuild, ImageSize>
}

export function readRecordings(): Recording[] {
    const folder = checkoutPath(RECORDINGS)
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : []
    if (files.length === 0) {
        throw new WarmhelloError("bench-not-ready", `there are no recordings in ${RECORDINGS}`)
    }
    return files.sort().map((file) => readRecording(checkoutPath(`${RECORDINGS}/${file}`)))
}

function describe(recording: Recording, build: McuBuild, flashBytes: number, measured: Measured): McuCase {
    const { outcome } = measured
    return {
        ...{ name: recording.name, title: recording.title, build, flashBytes },
        result: outcome.result === "resumed" ? "resumed" : "full",
        instructions: measured.handshakeInstructions,
        afterInstructions: measured.afterInstructions,
        clientInstructions: measured.clientInstructions,
        ...{ bytesTx: outcome.bytesTx, bytesRx: outcome.bytesRx, flights: outcome.flights },
        ...{ heapPeakBytes: measured.heapPeakBytes, stackPeakBytes: measured.stackPeakBytes },
    }
}

/** `onStep` is told what is at work. */
export function benchMcu(onStep: (what: string) => void, withProfiles: boolean): McuReport {
    const images = { size: imageSize(mcuImage("rv32", "size")), speed: imageSize(mcuImage("rv32", "speed")) }
    const cases: McuCase[] = []
    const profiles: McuProfile[] = []
    for (const recording of readRecordings()) {
        for (const build of mcuBuilds) {
            onStep(`${recording.title}, ${build} build`)
            const image = mcuImage("rv32", build)
            for (const measured of replay(recording, image)) {
                cases.push(describe(recording, build, images[build].flashBytes, measured))
            }
            if (!withProfiles) continue
            const [full, resumed] = profile(recording, image)
            profiles.push({ name: recording.name, build, result: "full", profile: full })
            profiles.push({ name: recording.name, build, result: "resumed", profile: resumed })
        }
    }
    return { cases, profiles, images }
}
