// nginx. Its answer holds its variable $ssl_session_reused. It also serves the files of its folder
// under /files/ and stores what is PUT there.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Backend } from "./backend.js"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import {
    answerSays,
    type Files,
    isHttpOk,
    type Recipe,
    Server,
    type ServerKind,
    type ServerOptions,
    sha384Suites,
} from "./server.js"

export interface NginxOptions extends ServerOptions {
    /** How many tickets after a full TLS 1.3 handshake; 2 unless told. */
    tickets13?: number
    /** Asked at each start: the groups that it accepts, in OpenSSL's words. */
    groups?: () => string
    /** Asked at each start: whether it resumes without a key exchange (psk_ke) where nothing else is offered. */
    takesPskKe?: () => boolean
    /** What opens its tickets outlives a restart. */
    keepsTicketKey?: boolean
    /** Where it passes all requests on to, and says which of them came as early data. */
    backend?: Backend
    /** A file to log each request in that has a device's outcome in its header, as a line of JSON. */
    outcomesLog?: string
}

const outcomesLog = (path: string): string => `
            log_format outcomes escape=json
                '{"at":"$time_iso8601","device":"$remote_addr","outcome":"$http_warmhello_outcome"}';
            access_log ${path} outcomes if=$http_warmhello_outcome;`

const groups = { x25519: "X25519", secp256r1: "prime256v1" }

const answers = (backend: Backend | undefined): string =>
    backend === undefined
        ? `return 200 "resumed: $ssl_session_reused\\n";`
        : `proxy_pass http://127.0.0.1:${backend.port}; proxy_set_header Early-Data $ssl_early_data;`

function keyExchange(options: NginxOptions): string {
    const accepted = options.groups?.() ?? (options.group && groups[options.group])
    const curve = accepted === undefined ? "" : `ssl_ecdh_curve ${accepted};`
    return options.takesPskKe?.() === true ? `${curve} ssl_conf_command Options AllowNoDHEKEX;` : curve
}

function configuration(files: Files, port: number, options: NginxOptions): string {
    const clients = `ssl_verify_client on; ssl_client_certificate ${files.clientCa};`
    const suites = `ssl_ciphers ${sha384Suites.tls12}; ssl_conf_command Ciphersuites ${sha384Suites.tls13};`
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    return `
        daemon off;
        master_process off;
        pid ${files.folder}/pid;
        error_log stderr notice;
        events { worker_connections 64; }
        http {
            ${options.outcomesLog === undefined ? "access_log off;" : outcomesLog(options.outcomesLog)}
            ${temporary.map((use) => `${use}_temp_path ${files.folder}/${use};`).join(" ")}
            server {
                listen 127.0.0.1:${port} ssl;
                ssl_certificate ${files.certificate};
                ssl_certificate_key ${files.key};
                ssl_protocols TLSv1.2 ${options.hasTls13?.() === false ? "" : "TLSv1.3"};
                ${options.keepsTicketKey === true ? `ssl_session_ticket_key ${files.folder}/ticket.key;` : ""}
                ssl_session_cache shared:sessions:1m;
                ${options.lifetimeS === undefined ? "" : `ssl_session_timeout ${options.lifetimeS}s;`}
                ssl_session_tickets ${options.tickets === false ? "off" : "on"};
                ${options.tickets13 === undefined ? "" : `ssl_conf_command NumTickets ${options.tickets13};`}
                ${keyExchange(options)}
                ${options.sha384Alone === true ? suites : ""}
                ${files.clientCa === "" ? "" : clients}
                client_max_body_size 8m;
                ssl_early_data ${(options.earlyDataMax?.() ?? 0) > 0 ? "on" : "off"};
                location / { ${answers(options.backend)} }
                location /files/ { root ${files.folder}; dav_methods PUT; }
            }
        }`
}

export function startNginx(options: NginxOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "nginx",
        ...(options.backend === undefined ? {} : { behind: options.backend }),
        ready: /getrlimit\(RLIMIT_NOFILE\)/, // said when it listens
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "nginx.conf")
            mkdirSync(join(files.folder, "files"), { recursive: true })
            writeFileSync(join(files.folder, "ticket.key"), Buffer.alloc(80, 1))
            writeFileSync(path, configuration(files, port, options))
            return ["-c", path, "-p", files.folder, "-e", "stderr"]
        },
        saysResumed: answerSays(/^resumed: ([r.])$/m, "r"),
    }
    return Server.start(recipe, options)
}

export const nginx: ServerKind = {
    name: "nginx",
    version: () => versionOf("nginx", ["-v"], /nginx\/(\S+)/),
    missing: () => missingProgram("nginx"),
    cannot: {},
    start: startNginx,
}
