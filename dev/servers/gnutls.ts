// GnuTLS's gnutls-serv. It prints how each connection came about. It would listen on all addresses
// and has no option against it, so its bind() is replaced.
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { httpGet } from "./exchange.js"
import { isHttpOk, type Recipe, Server, type ServerOptions } from "./server.js"

export interface GnutlsOptions extends ServerOptions {
    /** False: it hands out no ticket. */
    tickets?: boolean
    /** False: its TLS 1.2 lacks the extended master secret (RFC 7627). */
    extendedMasterSecret?: boolean
}

const groups = { x25519: "GROUP-X25519", secp256r1: "GROUP-SECP256R1" }

function priority({ group, extendedMasterSecret, sha384Alone }: GnutlsOptions): string {
    const suites = sha384Alone === true ? ":-CIPHER-ALL:+AES-256-GCM" : ""
    const onlyGroup = group === undefined ? "" : `:-GROUP-ALL:+${groups[group]}`
    return `NORMAL${suites}${onlyGroup}${extendedMasterSecret === false ? ":%NO_SESSION_HASH" : ""}`
}

const LOOPBACK_ONLY = `
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
int bind(int fd, const struct sockaddr *wanted, socklen_t size)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (wanted->sa_family == AF_INET)
        ((struct sockaddr_in *)wanted)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (wanted->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)wanted)->sin6_addr = in6addr_loopback;
    return real(fd, wanted, size);
}`

/** Compiles that replacement into the server's folder. */
function loopbackOnly(folder: string): string {
    const source = join(folder, "loopback.c")
    const library = join(folder, "loopback.so")
    writeFileSync(source, LOOPBACK_ONLY)
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, source])
    return library
}

export function startGnutls(options: GnutlsOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "gnutls-serv",
        ready: /listening on IPv4 .*done/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => [
            ...["--http", "--port", String(port), "--x509certfile", files.certificate, "--x509keyfile", files.key],
            ...["--priority", priority(options)],
            ...(options.tickets === false ? ["--noticket"] : []),
            ...(files.clientCa === ""
                ? ["--disable-client-cert"]
                : ["--require-client-cert", "--verify-client-cert", "--x509cafile", files.clientCa]),
        ],
        environment: ({ folder }) => ({ LD_PRELOAD: loopbackOnly(folder) }),
        saysResumed: ({ wire }, program) => {
            const accepted = new RegExp(`^\\* Accepted connection from .* port ${wire.upstreamPort} on`)
            return program.find(`the connection from port ${wire.upstreamPort}`, (lines) => {
                const start = lines.findLastIndex((line) => accepted.test(line))
                const about = start < 0 ? [] : lines.slice(start)
                const isComplete = about.some((line) => line.startsWith("- Version: TLS"))
                return isComplete ? about.includes("*** This is a resumed session") : undefined
            })
        },
    }
    return Server.start(recipe, options)
}
