// The MQTT broker mosquitto. It says nowhere whether it resumed: not in its log at any level, not
// under $SYS, and its OpenSSL writes no key log. Its ServerHello is the only witness (wire.ts).
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { acknowledged, publishOnce } from "./mqtt.js"
import { opensslSettings } from "./openssl-settings.js"
import { missingProgram, versionOf } from "./program.js"
import {
    type Files,
    type PskServerOptions,
    pskFile,
    type Recipe,
    Server,
    type ServerKind,
    sha384Suites,
} from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

function configuration(files: Files, port: number, { sha384Alone, psk, pskAlone }: PskServerOptions): string {
    const suites = [`ciphers ${sha384Suites.tls12}`, `ciphers_tls1.3 ${sha384Suites.tls13}`]
    return [
        `listener ${port} 127.0.0.1`,
        ...(pskAlone === true ? [] : [`certfile ${files.certificate}`, `keyfile ${files.key}`]),
        ...(psk === undefined
            ? []
            : ["psk_hint warmhello", `psk_file ${pskFile(files, psk)}`, "use_identity_as_username true"]),
        "allow_anonymous true",
        "persistence false",
        "log_dest stderr",
        "log_type all",
        "user root", // when started by root: stay able to read the key
        ...(sha384Alone === true ? suites : []),
        ...(files.clientCa === "" ? [] : [`cafile ${files.clientCa}`, "require_certificate true"]),
    ].join("\n")
}

export function startMosquitto(options: PskServerOptions): Promise<Server> {
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
        environment: (files) =>
            opensslSettings(files, options.group === undefined ? {} : { Groups: groups[options.group] }),
    }
    return Server.start(recipe, options)
}

export const mosquitto: ServerKind = {
    name: "mosquitto",
    version: () => versionOf("mosquitto", ["-h"], /mosquitto version (\S+)/),
    missing: () => missingProgram("mosquitto"),
    cannot: {
        lifetime: "mosquitto has no setting for the lifetime of sessions",
        says: "mosquitto tells nowhere whether it resumed",
    },
    start: startMosquitto,
}
