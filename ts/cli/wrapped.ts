// Text for a terminal of any width.

const NARROWEST = 20

/** Text in lines of at most so many columns; a word that is longer stays whole. */
export function wrapped(text: string, columns: number, indent = ""): string[] {
    const width = Math.max(NARROWEST, columns)
    const lines: string[] = []
    let line = ""
    for (const word of text.split(" ")) {
        const longer = line === "" ? indent + word : `${line} ${word}`
        if (line !== "" && longer.length > width) {
            lines.push(line)
            line = indent + word
        } else line = longer
    }
    return [...lines, line]
}
