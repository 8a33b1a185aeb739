// Compiles an app and writes its bytecode to standard output, for those who cannot wait for a promise.
import { compile } from "#warmhello/devicescript/compile.js"

process.stdout.write(await compile(process.argv[2] ?? ""))
