// The MQTT broker mosquitto. It says nowhere whether it resumed: not in its log at any level, not
// under $SYS, and its OpenSSL writes no key log. Its ServerHello is the only witness (wire.ts).
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { acknowledged, publishOnce } from "./mqtt.js"
import { type Files, type Recipe, Server, type ServerOptions, sha384Suites } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

function configuration(files: Files, port: number, { sha384Alone }: ServerOptions): string {
    const suites = [`ciphers ${sha384Suites.tls12}`, `ciphers_tls1.3 ${sha384Suites.tls13}`]
    return [
        `listener ${port} 127.0.0.1`,
        `certfile ${files.certificate}`,
        `keyfile ${files.key}`,
        "allow_anonymous true",
        "persistence false",
        "log_dest stderr",
        "log_type all",
        "user root", // when started by root: stay able to read the key
        ...(sha384Alone === true ? suites : []),
        ...(files.clientCa === "" ? [] : [`cafile ${files.clientCa}`, "require_certificate true"]),
    ].join("\n")
}

/** It has no setting for the group; the library under it has. */
function opensslSettings(group: keyof typeof groups): string {
    return `openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = system\n[system]\nGroups = ${groups[group]}\n`
}

export function startMosquitto(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "mosquitto",
        ready: /mosquitto version \S+ running/,
        exchange: publishOnce("warmhello/reading", "21.5"),
        isAnswer: (reply) => reply.equals(acknowledged),
        prepare: (files, port) => {
            const path = join(files.folder, "mosquitto.conf")
            writeFileSync(path, configuration(files, port, options))
            return ["-c", path]
        },
        environment: (files) => {
            if (options.group === undefined) return {}
            const path = join(files.folder, "openssl.cnf")
            writeFileSync(path, opensslSettings(options.group))
            return { OPENSSL_CONF: path }
        },
    }
    return Server.start(recipe, options)
}
