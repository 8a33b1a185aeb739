// One call of the C compiler that makes a shared library, from the calls by which CMake's build makes it in steps.
/** What one call takes, paths as the build has them. */
export interface CompilerCall {
    flags: string[]
    definitions: string[]
    /** Each with the option that names it. */
    includes: ["-I" | "-isystem", string][]
    sources: string[]
    linker: string[]
}

/** Options with a value in a word of its own, of which nothing is kept. */
const DROPPED_WITH_VALUE = new Set(["-o", "-MT", "-MF"])
/** Warnings are the makers' to act on, debug information and what a linker may leave out are for them; in one call nothing
 * is optimised at link time. CMake gives each shared library a definition `<name>_EXPORTS`. */
const DROPPED = /^(?:-c|-MD|-g|-w|-W(?!l,).*|-f(?:function|data)-sections|-fno-lto|-D\w+_EXPORTS)$/

interface Step {
    flags: string[]
    definitions: string[]
    includes: ["-I" | "-isystem", string][]
    sources: string[]
}

function wordsOf(command: string): string[] {
    if (/["'\\]/.test(command)) throw new Error(`a path with a space or a quote cannot be packed: ${command}`)
    return command.split(" ").filter((word) => word !== "")
}

function stepOf(command: string): Step {
    const step: Step = { flags: [], definitions: [], includes: [], sources: [] }
    const [, ...words] = wordsOf(command)
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
        if (DROPPED_WITH_VALUE.has(word)) words.shift()
        else if (DROPPED.test(word)) continue
        else if (word.startsWith("-D")) step.definitions.push(word)
        else if (word.startsWith("-I")) step.includes.push(["-I", word.slice(2)])
        else if (word === "-isystem") step.includes.push([word, words.shift() ?? ""])
        else if (word.startsWith("-")) step.flags.push(word)
        else step.sources.push(word)
    }
    return step
}

const isCompile = (command: string): boolean => / -c (?:\S+|".*")$/.test(command)

/** Of a link only what does not name archives is kept, since none stand between. */
function linkerOptions(command: string): string[] {
    return command.split(" ").filter((word) => word === "-Wl,-Bsymbolic" || /^-l\w/.test(word))
}

function nameOf(definition: string): string {
    return definition.split("=")[0] ?? definition
}

/** `commands` are those that `ninja -t commands` tells of the library; its own link is the last. Throws where the steps
 * cannot be one call, since they contradict each other. */
export function oneCall(commands: string[]): CompilerCall {
    const steps = commands.filter(isCompile).map(stepOf)
    const flags = new Set(steps.map((step) => step.flags.join(" ")))
    if (flags.size !== 1) throw new Error(`files are compiled with different flags: ${[...flags].join("; ")}`)
    const definitions = [...new Set(steps.flatMap((step) => step.definitions))]
    const twice = definitions.find((one) => definitions.some((other) => other !== one && nameOf(one) === nameOf(other)))
    if (twice !== undefined) throw new Error(`${nameOf(twice)} is defined in two ways`)
    const includes = new Map(steps.flatMap((step) => step.includes).map((include) => [include.join(" "), include]))
    return {
        flags: steps[0]?.flags ?? [],
        definitions,
        includes: [...includes.values()],
        sources: steps.flatMap((step) => step.sources),
        linker: linkerOptions(commands.at(-1) ?? ""),
    }
}

/** As a response file: GCC and Clang read one as `@file`. */
export function responseFile(call: CompilerCall, packed: (path: string) => string): string {
    const lines = [
        ...["-shared", "-w"],
        ...call.flags,
        ...call.definitions,
        ...call.includes.map(([option, folder]) => `${option} ${packed(folder)}`),
        ...call.sources.map(packed),
        ...call.linker,
    ]
    return `${lines.join("\n")}\n`
}

/** The files that these sources were made into objects from, themselves included, as `ninja -t deps` tells of a whole
 * build: an object in a line of its own, then its files, the source first. */
export function filesBehind(sources: string[], depsText: string): string[] {
    const objects = depsText.split(/^\S.*$/m).map((part) => part.split("\n").map((line) => line.trim()))
    const files = objects.map((paths) => paths.filter((path) => path !== ""))
    return [...new Set(files.filter(([source = ""]) => sources.includes(source)).flat())]
}
