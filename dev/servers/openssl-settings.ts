// What a program has no setting for and the OpenSSL under it has.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Files } from "./server.js"

/** The environment in which OpenSSL makes each SSL_CTX with these commands of SSL_CONF_cmd(3). */
export function opensslSettings(files: Files, commands: Record<string, string>): Record<string, string> {
    const all = Object.entries(commands).map(([name, value]) => `${name} = ${value}\n`)
    if (all.length === 0) return {}
    const path = join(files.folder, "openssl.cnf")
    const sections = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = system\n[system]\n"
    writeFileSync(path, sections + all.join(""))
    return { OPENSSL_CONF: path }
}
