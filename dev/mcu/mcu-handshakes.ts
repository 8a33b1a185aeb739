// `npm run bench:mcu`: every recording on both builds of the firmware, ours and those of other TLS stacks.
import { existsSync, readdirSync } from "node:fs"
import { setImmediate as letOthersRun } from "node:timers/promises"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { type McuBuild, type McuStack, mcuBuilds, mcuStacks } from "../../ts/energy/handshakes.js"
import { type ImageSize, imageSize } from "./image.js"
import { type InstructionProfile, profileInstructions } from "./instruction-profile.js"
import { type Recording, readRecording } from "./recording.js"
import { type Measured, replay } from "./replay.js"
import { recordings, stackImage } from "./stacks.js"

/** One handshake on one build. All of it is the same in each run. */
export interface McuCase {
    name: string
    title: string
    stack: McuStack
    build: McuBuild
    result: "full" | "resumed"
    /** Of the handshake, restoring included. */
    instructions: number
    /** Of them, those before TCP was up: the processor would wait for the network otherwise. */
    preparedInstructions: number
    /** A line, its answer, what tickets bring, the close. */
    afterInstructions: number
    /** Making the client. */
    clientInstructions: number
    bytesTx: number
    bytesRx: number
    flights: number
    heapPeakBytes: number
    stackPeakBytes: number
    flashBytes: number
}

interface McuInstructions {
    name: string
    build: McuBuild
    result: "full" | "resumed"
    profile: InstructionProfile
}

interface McuImage {
    stack: McuStack
    build: McuBuild
    size: ImageSize
}

export interface McuFigures {
    cases: McuCase[]
    /** Of warmhello alone. */
    profiles: McuInstructions[]
    images: McuImage[]
}

function readRecordings(stack: McuStack): Recording[] {
    const folder = checkoutPath(recordings[stack])
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : []
    if (files.length === 0) {
        throw new WarmhelloError("bench-not-ready", `there are no recordings in ${recordings[stack]}`)
    }
    return files.sort().map((file) => readRecording(`${folder}/${file}`))
}

type CaseIdentity = Pick<McuCase, "name" | "title" | "stack" | "build" | "flashBytes">

function describe(identity: CaseIdentity, measured: Measured): McuCase {
    const { outcome } = measured
    return {
        ...identity,
        result: outcome.result === "resumed" ? "resumed" : "full",
        instructions: measured.handshakeInstructions,
        preparedInstructions: measured.preparedInstructions,
        afterInstructions: measured.afterInstructions,
        clientInstructions: measured.clientInstructions,
        ...{ bytesTx: outcome.bytesTx, bytesRx: outcome.bytesRx, flights: outcome.flights },
        ...{ heapPeakBytes: measured.heapPeakBytes, stackPeakBytes: measured.stackPeakBytes },
    }
}

export interface McuBenchOptions {
    stacks: readonly McuStack[]
    withProfiles: boolean
    /** Is told what is at work. */
    onStep?: (what: string) => void
}

/** One recording on one image. */
function measure(report: McuFigures, recording: Recording, identity: CaseIdentity, withProfiles: boolean): void {
    const image = stackImage(identity.stack, identity.build)
    const [first, second] = replay(recording, image).map((measured) => describe(identity, measured))
    if (first === undefined || second === undefined) throw new Error("a recording has two connections")
    // A full handshake by a pre-shared key is followed by another one, which costs the same.
    const cases = first.result === second.result ? [first] : [first, second]
    report.cases.push(...cases)
    if (!withProfiles || identity.stack !== "warmhello") return
    const profiles = profileInstructions(recording, image)
    const { name, build } = identity
    for (const [n, { result }] of cases.entries()) {
        const profile = profiles[n]
        if (profile !== undefined) report.profiles.push({ name, build, result, profile })
    }
}

export async function benchMcu({ stacks, withProfiles, onStep }: McuBenchOptions): Promise<McuFigures> {
    const report: McuFigures = { cases: [], profiles: [], images: [] }
    for (const stack of mcuStacks.filter((one) => stacks.includes(one))) {
        for (const build of mcuBuilds) {
            const size = imageSize(stackImage(stack, build))
            report.images.push({ stack, build, size })
            for (const recording of readRecordings(stack)) {
                const { name, title } = recording
                await letOthersRun() // or no signal would be seen before the end
                onStep?.(`${stack}, ${title}, ${build} build`)
                measure(report, recording, { name, title, stack, build, flashBytes: size.flashBytes }, withProfiles)
            }
        }
    }
    return report
}
