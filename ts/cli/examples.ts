// One example for each command, for `--help`.
import type { Command } from "commander"

const examples: Record<string, string> = {
    simulate: "warmhello simulate app.ts --cycles 20 --flash board.flash",
    start: "warmhello start",
    build: "warmhello build app.ts --board esp32c3_bare --out program",
    provision: "warmhello provision device.json --port /dev/ttyACM0",
    flash: "warmhello flash --board esp32c3_bare --app app.ts --port /dev/ttyACM0",
    monitor: "warmhello monitor --port /dev/ttyACM0 --wakes 10",
    inspect: "warmhello inspect board.flash",
    probe: "warmhello probe broker.example.com:8883 --ca ca.pem --sleep 10m",
    measure: "warmhello measure /dev/ttyACM0 --voltage-mv 3300 --out run.json",
    estimate: "warmhello estimate --board esp32c3_bare --sleep 10m --out run.json",
    report: "warmhello report run.json --out report.html",
    fleet: "warmhello fleet --mqtt mqtt://localhost --http 8080 --state fleet",
}

const INDENT = "  "
/** Where there is no terminal, as commander assumes. */
const USUAL_WIDTH = 80

/** A command line that can be copied as it stands: where it is too long for the terminal, it breaks before a flag. */
function indented(line: string, width: number): string {
    const rows: string[] = []
    for (const part of line.split(/ (?=--)/)) {
        const joined = rows.length === 0 ? INDENT + part : `${rows.at(-1)} ${part}`
        if (rows.length > 0 && joined.length > width - " \\".length) rows.push(INDENT + INDENT + part)
        else rows.splice(-1, 1, joined)
    }
    return rows.join(" \\\n")
}

const widthOf = (command: Command): number => command.configureOutput().getOutHelpWidth?.() ?? USUAL_WIDTH

/** Puts the example of each command below its help, and all of them below the list of commands. */
export function addExamples(root: Command): void {
    const add = (to: Command, heading: string, lines: string[]) =>
        to.addHelpText("after", () =>
            ["", `${heading}:`, ...lines.map((line) => indented(line, widthOf(to)))].join("\n"),
        )
    for (const command of root.commands) add(command, "Example", [examples[command.name()] ?? ""])
    add(root, "An example of each", Object.values(examples))
}
