// Raw events as samples by one clock: that of the samples since the run began.
import { ClipWatch } from "./clip.js"
import { HostClock } from "./host-clock.js"
import { type Metadata, parseMetadata } from "./ppk2/calibration.js"
import { Ppk2Decoder } from "./ppk2/decoder.js"
import type { Acquisition, AcquisitionEvent, EndEvent, RawEvent } from "./raw.js"
import { chunkDurationUs, type SampleChunk, type SourceEvent } from "./source.js"

export type DecodedEvent = SourceEvent | AcquisitionEvent | EndEvent

/** What decoding came upon; the warnings are made of it. */
export interface DecodeStats {
    samples: number
    lostSamples: number
    damagedSamples: number
    notNumbers: number
    timeJumps: number
    jumpedUs: number
    /** Of all holes, whatever the reason. */
    missingSamples: number
    garbageBytes: number
    unaccountedUs: number
    missingFactors: string[]
    acquisitions: number
    /** End of the last sample. */
    nowUs: number
    /** Of what was measured; infinite where nothing was. */
    lowestMv: number
    highestMv: number
    clip: ClipWatch
}

export class Decoder {
    readonly stats: DecodeStats = {
        samples: 0,
        lostSamples: 0,
        damagedSamples: 0,
        notNumbers: 0,
        timeJumps: 0,
        jumpedUs: 0,
        missingSamples: 0,
        garbageBytes: 0,
        unaccountedUs: 0,
        missingFactors: [],
        acquisitions: 0,
        nowUs: 0,
        lowestMv: Number.POSITIVE_INFINITY,
        highestMv: Number.NEGATIVE_INFINITY,
        clip: new ClipWatch(),
    }
    #ppk2: Ppk2Decoder | undefined
    #clock = new HostClock()
    /** Where this acquisition's own clock began. */
    #offsetUs = 0
    #startedAtMs = 0

    decode(event: RawEvent): DecodedEvent[] {
        switch (event.kind) {
            case "acquisition":
                return [...this.#finishAcquisition(), ...this.#startAcquisition(event)]
            case "bytes": {
                const events = this.#ppk2?.push(event.bytes) ?? []
                if (this.#ppk2 !== undefined) this.#clock.arrived(event.atUs, this.#ppk2.nowUs)
                return events.map((one) => this.#count(one))
            }
            case "raw-log-line": {
                const atUs = this.#offsetUs + this.#clock.toSampleUs(event.atUs)
                return [{ kind: "log-line", atUs, text: event.text }]
            }
            case "end":
                return [...this.#finishAcquisition(), event]
            default:
                return [this.#count(event)]
        }
    }

    #startAcquisition(event: AcquisitionEvent): DecodedEvent[] {
        const { acquisition } = event
        const events: DecodedEvent[] = [event]
        const startedAtMs = Date.parse(acquisition.startedAt)
        if (this.stats.acquisitions > 0) {
            // The pause between two acquisitions is told by the calendar.
            const pauseUs = Math.max(0, (startedAtMs - this.#startedAtMs) * 1000 - this.stats.nowUs)
            const { nowUs } = this.stats
            events.push({ kind: "gap", startUs: nowUs, durationUs: pauseUs, samples: 0, why: "break" })
            this.stats.nowUs += pauseUs
        } else this.#startedAtMs = startedAtMs
        this.stats.acquisitions++
        this.#offsetUs = this.stats.nowUs
        this.#clock = new HostClock()
        this.#ppk2 = this.#ppk2For(acquisition)
        return events
    }

    #ppk2For({ metadata, supply }: Acquisition): Ppk2Decoder | undefined {
        if (metadata === null) return undefined
        const parsed: Metadata = parseMetadata(metadata)
        this.stats.missingFactors = parsed.missing
        return new Ppk2Decoder(parsed.calibration, supply.voltageMv)
    }

    #finishAcquisition(): DecodedEvent[] {
        const ppk2 = this.#ppk2
        this.#ppk2 = undefined
        if (ppk2 === undefined) return []
        const events = ppk2.end().map((event) => this.#count(event))
        this.stats.garbageBytes += ppk2.garbageBytes
        this.stats.unaccountedUs += this.#clock.unaccountedUs
        return events
    }

    #count<T extends SourceEvent>(event: T): T {
        const { stats } = this
        if (event.kind === "log-line") return event
        event.startUs += this.#offsetUs
        if (event.kind === "samples") {
            stats.samples += event.currentUa.length
            stats.clip.add(event.currentUa)
            this.#watchVoltage(event.voltageMv)
            stats.nowUs = event.startUs + chunkDurationUs(event as SampleChunk)
            return event
        }
        stats.nowUs = event.startUs + event.durationUs
        stats.missingSamples += event.samples
        if (event.why === "lost") stats.lostSamples += event.samples
        else if (event.why === "damaged") stats.damagedSamples += event.samples
        else if (event.why === "not-a-number") stats.notNumbers += event.samples
        else if (event.why === "time-jump") {
            stats.timeJumps++
            stats.jumpedUs += event.durationUs
        }
        return event
    }

    #watchVoltage(voltageMv: Float32Array | null): void {
        if (voltageMv === null) return
        const { stats } = this
        for (const value of voltageMv) {
            if (value < stats.lowestMv) stats.lowestMv = value
            if (value > stats.highestMv) stats.highestMv = value
        }
    }
}
