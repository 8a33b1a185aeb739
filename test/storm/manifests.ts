// The manifests of dev/storm/deploy, as the programs read them that check them.
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { checkoutPath } from "#warmhello/base/paths.js"

const run = promisify(execFile)
const bin = (name: string) => checkoutPath(`build/storm/manifests/bin/${name}`)

/** Rejects with what is wrong. */
export const checkCompose = (file: string) =>
    run(bin("check-jsonschema"), ["--builtin-schema", "vendor.compose-spec", file])
export const checkKubernetes = (file: string) => run(bin("kubernetes-validate"), ["--strict", file])

const READ = `
import json, sys, yaml
print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))`

/** Each document of a file of YAML. */
export async function documentsOf(file: string): Promise<unknown[]> {
    return JSON.parse((await run(bin("python"), ["-c", READ, file])).stdout)
}
