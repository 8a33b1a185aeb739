// `openssl s_server` as a server for the field matrix and for recordings: a real one, which gives new TLS 1.3 tickets when
// it resumes, and one that can be told how many.
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { WarmhelloError } from "../../ts/base/errors.js"
import { endWithUs, TemporaryFolder } from "../../ts/base/temporary.js"

export interface OpensslServerOptions {
    /** PEM. */
    certificate: string
    key: string
    /** PEM of the CA whose certificates it asks clients for, and goes on without; undefined: it asks for none. */
    clientCa: string | undefined
    /** Further arguments: how it answers, and what is unusual about it. */
    arguments: string[]
    /** What is unusual about its library. */
    overlay: Overlay | undefined
    environment: NodeJS.ProcessEnv
}

const OPENSSL = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;
SSL_SESSION *SSL_get_session(const SSL *ssl);
int SSL_version(const SSL *ssl);
long SSL_SESSION_set_timeout(SSL_SESSION *session, long seconds);
int SSL_CTX_set_session_ticket_cb(SSL_CTX *ctx, int (*generate)(SSL *, void *), void *decrypt, void *arg);
`

/** What s_server has no option for, as C that stands before its library. */
const overlays = {
    /** The library takes 0 for its default, so it is set for each ticket. TLS 1.2 sends the lower 32 bits. */
    "lifetime 0": `
enum { TLS_1_3 = 0x0304 };
static int generate(SSL *ssl, void *arg)
{
    (void)arg;
    SSL_SESSION_set_timeout(SSL_get_session(ssl), SSL_version(ssl) == TLS_1_3 ? 0 : 1L << 32);
    return 1;
}
SSL_CTX *SSL_CTX_new_ex(void *libctx, const char *propq, const void *method)
{
    SSL_CTX *(*real)(void *, const char *, const void *) = dlsym(RTLD_NEXT, "SSL_CTX_new_ex");
    SSL_CTX *ctx = real(libctx, propq, method);
    if (ctx != NULL) SSL_CTX_set_session_ticket_cb(ctx, generate, NULL, NULL);
    return ctx;
}`,
    "no session id context": `
int SSL_CTX_set_session_id_context(SSL_CTX *ctx, const unsigned char *context, unsigned int size)
{
    (void)ctx, (void)context, (void)size;
    return 1;
}`,
}
export type Overlay = keyof typeof overlays

const compiled = new Map<Overlay, string>()

/** Compiles it once for this process. */
function libraryOf(overlay: Overlay): string {
    const known = compiled.get(overlay)
    if (known !== undefined) return known
    const folder = new TemporaryFolder("overlay")
    const library = folder.file("overlay.so")
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, folder.write("overlay.c", OPENSSL + overlays[overlay])])
    compiled.set(overlay, library)
    return library
}

export class OpensslServer implements Disposable {
    readonly #process: ChildProcess
    readonly #folder: TemporaryFolder

    private constructor(
        process: ChildProcess,
        folder: TemporaryFolder,
        readonly port: number,
    ) {
        this.#process = process
        this.#folder = folder
    }

    /** On a free port of 127.0.0.1. */
    static async start(options: OpensslServerOptions): Promise<OpensslServer> {
        const folder = new TemporaryFolder("openssl")
        const { certificate, key, clientCa, overlay, environment } = options
        const clients =
            clientCa === undefined
                ? []
                : ["-verify", "1", "-verify_return_error", "-CAfile", folder.write("client-ca.pem", clientCa)]
        const preload = [overlay === undefined ? "" : libraryOf(overlay), environment.LD_PRELOAD ?? ""].join(" ")
        const files = ["-cert", folder.write("cert.pem", certificate), "-key", folder.write("key.pem", key)]
        const process = spawn(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", ...files, ...clients, ...options.arguments],
            { env: { ...environment, LD_PRELOAD: preload }, stdio: ["ignore", "pipe", "ignore"] },
        )
        endWithUs(process, "SIGKILL")
        const port = await new Promise<number>((listening, failed) => {
            const fail = () => failed(new WarmhelloError("server-failed", "openssl s_server ended at once"))
            process.once("error", fail)
            process.once("close", fail)
            createInterface({ input: process.stdout }).on("line", (line) => {
                const port = /^ACCEPT .*:(\d+)$/.exec(line)?.[1]
                if (port !== undefined) listening(Number(port))
            })
        })
        return new OpensslServer(process, folder, port)
    }

    [Symbol.dispose](): void {
        this.#process.kill("SIGKILL")
        this.#folder[Symbol.dispose]()
    }
}
