// `npm run calendar`: the product on other days.
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { Output } from "../../ts/cli/output.js"
import { type CaseResult, calendar } from "../calendar/calendar.js"

interface CalendarFlags {
    only: string
    json?: string
}

function row({ day, date, case: name, ok, why, seconds }: CaseResult): string {
    const verdict = ok ? pc.green("ok  ") : pc.red("FAIL")
    const told = why === null ? "" : `\n${why}`
    return `${verdict} ${date}  ${day.padEnd(15)}  ${name} (${seconds.toFixed(1)} s)${told}`
}

export async function calendarCommand(flags: CalendarFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const result = await calendar(flags.only, (one) => output.line(row(one)), signal)
    if (result.cases === 0) throw new WarmhelloError("bad-option", `no day and no case is named ${flags.only}`)
    output.line(`${result.cases} cases, ${result.failures} failed`)
    output.json(result)
    if (result.failures > 0) {
        throw new WarmhelloError(
            "not-as-expected",
            `${result.failures} of ${result.cases} cases fail by the calendar`,
            {
                hint: "The rows above say what was not as it should be.",
            },
        )
    }
}
