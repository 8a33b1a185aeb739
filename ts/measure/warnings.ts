// What a person has to know before trusting a measurement, each with what to do about it.
import type { RunWarning } from "../run/run.js"
import type { MeterKind } from "./source.js"

/** The advice for each; the message says how it was this time. */
const advice = {
    "current-impossible":
        "Check the units of the recording and the meter's calibration: no figure below can be believed.",
    "voltage-impossible": "Check the unit of the voltage: no energy below can be believed.",
    "current-clipped": "The meter was at its limit: the peaks are higher, and each energy too low. Take a wider range.",
    "no-wakes": "Check that the device is powered and wakes, and set --awake-ua and --asleep-ua between its currents.",
    "none-between": "Give --between other times; they count from the beginning of the recording.",
    "sleep-current-high":
        "The usual suspects, dearest first: a regulator such as the AMS1117 (3 to 5 mA), the USB-to-serial chip (up to 3 mA), flash that stays under power (2.5 mA), light sleep in place of deep sleep (0.9 mA), an LED (0.5 mA, RGB ones while dark, too), pins that are held or pulled up (0.1 to 0.3 mA). Measure at the chip's supply pin, then add part after part; docs/MEASURING.md names who found what.",
    "lost-samples": "Plug the PPK2 straight into the computer, and let nothing else work on that computer.",
    "damaged-samples": "Try another USB cable and another port.",
    "bytes-without-samples": "Try another USB cable and another port; the times after it may be off.",
    "time-unaccounted": "The computer was asleep or too busy: measure again. Times after that are too early.",
    "not-numbers": "The meter had no value there; its own program may say why.",
    "time-jumps": "The recording has holes: wakes across one are too short, or too cheap. Record the run in one piece.",
    "lines-unreadable": "They count as holes. Look at that line: was something else written into the recording?",
    "times-coarse": "Such rows were spread evenly until the next time: write the times with more digits, or micros().",
    "calibration-incomplete": "Standard factors stand in; calibrate the PPK2 with Nordic's Power Profiler.",
    "supply-voltage-unknown": "Give --voltage-mv: until then only the charge is measured, and each energy is assumed.",
    "first-wake-cut": "It was left out. Start measuring while the device sleeps.",
    "last-wake-cut": "It was left out. Stop measuring while the device sleeps.",
    "boot-not-seen":
        "The current never fell below --asleep-ua before D0 rose; raise it above the sleeping current. Until then these wakes lack their boot.",
    "channels-out-of-order": "Check the wiring against docs/MEASURING.md; those wakes have no phases.",
    "channels-not-driven":
        "Wire them, or do without what they would tell. The time of a phase without its pin is in the next one's; without D4 or D6 use --results or --log-port.",
    "channels-unused": "Wire D0, which tells where a wake begins and ends; until then the current does.",
    "wakes-without-d0": "They are counted to the sleep. Does the device reset twice, or brown out? Or is D0 loose?",
    "pins-not-aligned":
        "Those wakes have no pins: did both instruments run all the time, and is D0 among the analyser's channels?",
    "channel-glitches": "Pull the marker pins down with 100 kOhm each, and connect the meter's logic VCC and GND.",
    "phases-unknown": "Wire D0 to D7, or give the device's log with --log-port.",
    "results-unknown": "Wire D6, give --log-port, or say what the wakes are in turn: --results full,resumed",
    "wakes-failed": "They are not compared. The log says why.",
    "log-lines-unreadable": "Check --log-baud, and that firmware and warmhello are of the same version.",
    "log-lines-unmatched":
        "Their wakes were not seen in the current: check --awake-ua, or the lines are of another device.",
    "log-lines-missing": "Check --log-port and --log-baud; the firmware prints a line before each sleep.",
    "log-not-aligned": "Let nothing else work on this computer, or wire the marker pins, which need no clocks.",
    "labels-doubtful":
        "From one wake too many or too few on each label is another wake's: look at the lengths, and wire D4 and D6 or give --log-port.",
    "wakes-unlike":
        "Those may be no wakes, or two in one: look at the current there; --awake-for, --awake-ua, --asleep-for.",
    "results-disagree": "Pins and log are not of the same device, or the pins are wired wrongly.",
    "too-few-wakes":
        "Measure more wakes before you claim anything: 10 pairs at least, 100 where wakes of one kind have retries.",
    drift: "The battery, the temperature or the network changed: measure longer, or with a bench supply.",
    "unequal-pairs": "Let full and resumed wakes alternate: they are compared in pairs side by side.",
    "difference-unclear": "The interval holds 0: nothing is shown. Measure more wakes.",
    "difference-skewed":
        "Retries in wakes of one kind only, as a rule: with fewer than 200 pairs the interval is too narrow then. Look at the dearest wakes.",
    "not-forced": "Let the firmware force every other wake: a wake that is full for another reason may differ in more.",
    "wakes-lossy": "They are not compared. The warnings above tell what became of the samples.",
    "coarse-sampling": "Below 1000 samples a second a phase of TLS is a few samples. Trust whole wakes only.",
    "current-reversed": "The meter is the wrong way round, or its zero is off.",
    interrupted: "What came until then was kept; go on with --continue.",
    unplugged: "What came until then was kept; plug the meter in and go on with --continue.",
    "input-truncated": "What comes before was used. Was the recording still being written, or the disk full?",
} as const

export type WarningCode = keyof typeof advice

export const warningCodes = Object.keys(advice) as WarningCode[]

/** What to do about lost samples depends on who lost them. */
const lostBy: Partial<Record<MeterKind, string>> = {
    jls: "The Joulescope or the computer that recorded missed them: give it a USB port of its own, or a lower rate.",
    "power-profiler-file":
        "The PPK2 that was recorded missed them: plug it straight into a computer that does nothing else.",
}

export const lostWarning = (meter: MeterKind, message: string): RunWarning => ({
    code: "lost-samples",
    message,
    advice: lostBy[meter] ?? advice["lost-samples"],
})

export function warning(code: WarningCode, message: string, wake?: number): RunWarning {
    return { code, message, advice: advice[code], ...(wake === undefined ? {} : { wake }) }
}
