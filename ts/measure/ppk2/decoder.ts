// A PPK2's bytes as currents: conversion, the filter after a change of range, and the samples that are
// missing, which its 6-bit counter shows. This is the hot path: everything of it runs 100,000 times a second.
import { endianness } from "node:os"
import type { Gap, SampleChunk } from "../source.js"
import { type Calibration, RANGES } from "./calibration.js"
import { SAMPLE_BYTES, SAMPLE_STEP_US } from "./protocol.js"

const COUNTER_MASK = 63
const RANGE_SHIFT = 14
const COUNTER_SHIFT = 18
const CHANNELS_SHIFT = 24
const ADC_MASK = 0x3fff
const ADC_SCALE = 4
/** Volts a step of the converter, before the shunt. */
const ADC_VOLTS = 1.8 / 163_840
const UA_PER_A = 1e6

/** After a change of range the first samples are wrong: a moving average takes their place. */
const FILTERED_SAMPLES = 3
const ALPHA = 0.18
/** The highest range needs a slower one, which leaves its first two samples out. */
const ALPHA_HIGHEST = 0.06
const HIGHEST_RANGE = 4
const LEFT_OUT = 2

/** As many samples as must count on for a place in the bytes to be believed. */
const RUN = 4
const RUN_AFTER_GARBAGE = 16

const littleEndian = endianness() === "LE"

const counterOf = (word: number) => (word >>> COUNTER_SHIFT) & COUNTER_MASK
const rangeOf = (word: number) => (word >>> RANGE_SHIFT) & 7

/** What the filter remembers from one sample to the next. */
interface FilterState {
    average: number
    slowAverage: number
    range: number
    /** How many samples are still to be replaced. */
    left: number
    sinceChange: number
}

export class Ppk2Decoder {
    readonly #offset: Float64Array
    readonly #scale: Float64Array
    readonly #quadratic: Float64Array
    readonly #linear: Float64Array
    readonly #zero: Float64Array
    readonly #gain: Float64Array
    readonly #filter: FilterState = { average: 0, slowAverage: 0, range: -1, left: 0, sinceChange: 0 }

    /** Bytes that are not decoded yet lie at the beginning. */
    #buffer = new Uint8Array(1 << 16)
    #held = 0
    /** The next sample's counter, or -1 before the first. */
    #expected = -1
    #index = 0
    #garbageBytes = 0

    constructor({ r, gs, gi, o, s, i, ug }: Calibration, vddMv: number) {
        const perRange = (of: (range: number) => number) =>
            Float64Array.from({ length: RANGES }, (_, range) => of(range))
        const at = (values: number[], range: number) => values[range] ?? 0
        this.#offset = perRange((range) => at(o, range))
        this.#scale = perRange((range) => ADC_VOLTS / at(r, range))
        this.#quadratic = perRange((range) => at(gs, range))
        this.#linear = perRange((range) => at(gi, range))
        this.#zero = perRange((range) => (at(s, range) * vddMv) / 1000 + at(i, range))
        this.#gain = perRange((range) => at(ug, range) * UA_PER_A)
    }

    /** Samples so far, those that are missing included: the clock of this source. */
    get index(): number {
        return this.#index
    }

    get nowUs(): number {
        return this.#index * SAMPLE_STEP_US
    }

    /** Bytes that were no samples. */
    get garbageBytes(): number {
        return this.#garbageBytes
    }

    /** Takes the next bytes, cut anywhere, and returns what is sure. The last few wait for what follows. */
    push(bytes: Uint8Array): (SampleChunk | Gap)[] {
        this.#append(bytes)
        const events: (SampleChunk | Gap)[] = []
        while (this.#step(events)) {}
        return events
    }

    /** The samples that waited for what follows: nothing does. */
    end(): (SampleChunk | Gap)[] {
        const events: (SampleChunk | Gap)[] = []
        const words = this.#words()
        const count = this.#countGood(words, 0, words.length)
        if (count > 0) events.push(this.#convert(words, 0, count))
        this.#garbageBytes += this.#held - count * SAMPLE_BYTES
        this.#held = 0
        this.#expected = -1
        return events
    }

    /** The bytes break off here and others follow later: the clock goes on as told. */
    skip(samples: number): void {
        this.#index += samples
        this.#expected = -1
        this.#filter.range = -1
        this.#filter.left = 0
    }

    #append(bytes: Uint8Array): void {
        const needed = this.#held + bytes.length
        if (needed > this.#buffer.length) {
            const larger = new Uint8Array(2 ** Math.ceil(Math.log2(needed)))
            larger.set(this.#buffer.subarray(0, this.#held))
            this.#buffer = larger
        }
        this.#buffer.set(bytes, this.#held)
        this.#held = needed
    }

    #words(): Uint32Array {
        const count = this.#held >> 2
        if (littleEndian) return new Uint32Array(this.#buffer.buffer, 0, count)
        const view = new DataView(this.#buffer.buffer)
        return Uint32Array.from({ length: count }, (_, index) => view.getUint32(index * SAMPLE_BYTES, true))
    }

    #drop(bytes: number): void {
        this.#buffer.copyWithin(0, bytes, this.#held)
        this.#held -= bytes
    }

    /** Samples up to the next irregularity, and then that. Returns whether there is more to do. */
    #step(events: (SampleChunk | Gap)[]): boolean {
        const words = this.#words()
        if (this.#expected < 0) {
            if (words.length < RUN_AFTER_GARBAGE) return false
            if (!isRun(words, 0, RUN_AFTER_GARBAGE)) return this.#findSamples(words)
            this.#expected = counterOf(words[0] ?? 0)
        }
        const good = this.#countGood(words, 0, words.length)
        if (good > 0) events.push(this.#convert(words, 0, good))
        const left = words.length - good
        const broken = left > RUN
        if (broken) return this.#recover(words, good, events)
        this.#drop(good * SAMPLE_BYTES)
        return false
    }

    /** How many samples from `start` on count on without a hole. */
    #countGood(words: Uint32Array, start: number, end: number): number {
        let expected = this.#expected
        if (expected < 0) return 0
        let index = start
        for (; index < end; index++) {
            const word = words[index] as number
            if (counterOf(word) !== expected || rangeOf(word) > HIGHEST_RANGE) break
            expected = (expected + 1) & COUNTER_MASK
        }
        return index - start
    }

    /** Something is wrong with the sample at `index`: samples before it are missing, it is damaged, or bytes are. */
    #recover(words: Uint32Array, index: number, events: (SampleChunk | Gap)[]): boolean {
        const next = (this.#expected + 1) & COUNTER_MASK
        if (isRun(words, index + 1, RUN - 1) && counterOf(words[index + 1] ?? 0) === next) {
            events.push(this.#missing(1, "damaged"))
            this.#drop((index + 1) * SAMPLE_BYTES)
            return true
        }
        if (isRun(words, index, RUN)) {
            events.push(this.#missing(this.#behind(words[index] ?? 0), "lost"))
            this.#drop(index * SAMPLE_BYTES)
            return true
        }
        this.#drop(index * SAMPLE_BYTES)
        return this.#findSamples(this.#words(), events)
    }

    #behind(word: number): number {
        return (counterOf(word) - this.#expected) & COUNTER_MASK
    }

    #missing(samples: number, why: Gap["why"]): Gap {
        const gap: Gap = { kind: "gap", startUs: this.nowUs, durationUs: samples * SAMPLE_STEP_US, samples, why }
        this.#index += samples
        this.#expected = (this.#expected + samples) & COUNTER_MASK
        return gap
    }

    /** Looks for a place, byte by byte, from where on the samples count. */
    #findSamples(words: Uint32Array, events?: (SampleChunk | Gap)[]): boolean {
        if (words.length < RUN_AFTER_GARBAGE + 1) return false
        const bytes = this.#buffer.slice(0, this.#held)
        const places = bytes.length - RUN_AFTER_GARBAGE * SAMPLE_BYTES
        for (let place = 1; place <= places; place++) {
            if (!isRunOfBytes(bytes, place)) continue
            this.#garbageBytes += place
            this.#drop(place)
            const behind = this.#expected < 0 ? 0 : this.#behind(this.#words()[0] ?? 0)
            if (behind > 0) events?.push(this.#missing(behind, "lost"))
            return true
        }
        this.#garbageBytes += places
        this.#drop(places)
        return false
    }

    #convert(words: Uint32Array, start: number, count: number): SampleChunk {
        const currentUa = new Float32Array(count)
        const channels = new Uint8Array(count)
        const startUs = this.nowUs
        const filter = this.#filter
        if (filter.range < 0) this.#prime(words[start] ?? 0)
        for (let index = 0; index < count; index++) {
            const word = words[start + index] as number
            const range = rangeOf(word)
            const value = this.#current(word, range)
            const { average, slowAverage } = filter
            filter.average = ALPHA * value + (1 - ALPHA) * average
            filter.slowAverage = ALPHA_HIGHEST * value + (1 - ALPHA_HIGHEST) * slowAverage
            const settles = range !== filter.range || filter.left > 0
            currentUa[index] = settles ? replacement(filter, range, average, slowAverage) : value
            channels[index] = word >>> CHANNELS_SHIFT
        }
        this.#index += count
        this.#expected = (this.#expected + count) & COUNTER_MASK
        return {
            kind: "samples",
            startUs,
            stepUs: SAMPLE_STEP_US,
            durationsUs: null,
            currentUa,
            voltageMv: null,
            channels,
        }
    }

    /** The averages begin at the first sample. */
    #prime(word: number): void {
        const range = rangeOf(word)
        const value = this.#current(word, range)
        this.#filter.average = value
        this.#filter.slowAverage = value
        this.#filter.range = range
    }

    #current(word: number, range: number): number {
        const volts = (word & ADC_MASK) * ADC_SCALE - (this.#offset[range] as number)
        const x = volts * (this.#scale[range] as number)
        const raw = x * ((this.#quadratic[range] as number) * x + (this.#linear[range] as number))
        return (this.#gain[range] as number) * (raw + (this.#zero[range] as number))
    }
}

/** What stands in for a sample after a change of range; the averages before it are given. */
function replacement(filter: FilterState, range: number, average: number, slowAverage: number): number {
    const changed = range !== filter.range
    filter.sinceChange = changed ? 0 : filter.sinceChange + 1
    filter.left = (changed ? FILTERED_SAMPLES : filter.left) - 1
    filter.range = range
    if (range !== HIGHEST_RANGE) return filter.average
    if (filter.sinceChange < LEFT_OUT) {
        filter.average = average
        filter.slowAverage = slowAverage
    }
    return filter.slowAverage
}

/** Whether `length` samples from `index` on count on, in ranges that exist. */
function isRun(words: Uint32Array, index: number, length: number): boolean {
    if (index + length > words.length) return false
    const first = counterOf(words[index] ?? 0)
    for (let i = 0; i < length; i++) {
        const word = words[index + i] ?? 0
        if (counterOf(word) !== ((first + i) & COUNTER_MASK) || rangeOf(word) > HIGHEST_RANGE) return false
    }
    return true
}

function isRunOfBytes(bytes: Uint8Array, place: number): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset + place)
    const words = new Uint32Array(RUN_AFTER_GARBAGE)
    for (let i = 0; i < RUN_AFTER_GARBAGE; i++) {
        words[i] = view.getUint32(i * SAMPLE_BYTES, true)
        if (i > 0 && counterOf(words[i] ?? 0) !== ((counterOf(words[0] ?? 0) + i) & COUNTER_MASK)) return false
    }
    return isRun(words, 0, RUN_AFTER_GARBAGE)
}
