// Settings as commander wants them: each parser throws commander's own error for a bad value.
import { InvalidArgumentError, Option } from "commander"
import {
    parseAddress,
    parseCount,
    parseDuration,
    parseDurationRange,
    parseDurations,
    parseHostAndPort,
    parseHttpUrl,
    parseNumber,
    parseNumberRange,
    parsePsk,
    parseTimeRange,
    parseVersionRange,
    parseWakeResults,
} from "../core/settings.js"

export function option<T>(parse: (text: string) => T): (text: string) => T {
    return (text) => {
        try {
            return parse(text)
        } catch (error) {
            throw new InvalidArgumentError((error as Error).message)
        }
    }
}

export const duration = option(parseDuration)
export const durations = option(parseDurations)
export const durationRange = option(parseDurationRange)
export const timeRange = option(parseTimeRange)
export const hostAndPort = option(parseHostAndPort)
export const addressAndPort = option(parseAddress)
export const httpUrl = option(parseHttpUrl)
export const psk = option(parsePsk)
export const versionRange = option(parseVersionRange)
export const wakeResults = option(parseWakeResults)
export const count = (minimum: number, maximum = 1_000_000) => option((text) => parseCount(text, minimum, maximum))

export const number = (least: number, most: number) => option((text) => parseNumber(text, least, most))

export const numberRange = (least: number, most: number) => option((text) => parseNumberRange(text, least, most))

/** An option whose default is shown as a user would write it. */
export function optionWithDefault<T>(
    flags: string,
    text: string,
    parse: (text: string) => T,
    standard: string,
): Option {
    return new Option(flags, text).argParser(parse).default(parse(standard), standard)
}
