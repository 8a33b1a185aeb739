// `openssl s_server` as a server for the field matrix: a real one, which gives new TLS 1.3 tickets when it resumes, and
// one that can be told how many.
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { WarmhelloError } from "../errors.js"
import { endWithUs, TemporaryFolder } from "../temporary.js"

export interface OpensslServerOptions {
    /** PEM. */
    certificate: string
    key: string
    /** PEM of the CA whose certificates it asks clients for; it asks for none without. */
    clientCa: string | undefined
    /** Further arguments. */
    arguments: string[]
    /** It promises for each ticket a lifetime of 0, which is none in TLS 1.3, and says nothing about it in TLS 1.2. */
    lifetimeZero: boolean
    environment: NodeJS.ProcessEnv
}

/** s_server has no option for the lifetime that it promises, and its library takes 0 for its default. So tickets leave with
 * 0, and when they come back they are good for two hours. */
const LIFETIME_ZERO = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;
SSL_SESSION *SSL_get_session(const SSL *ssl);
long SSL_SESSION_set_timeout(SSL_SESSION *session, long seconds);
typedef int (*generate_fn)(SSL *, void *);
typedef int (*decrypt_fn)(SSL *, SSL_SESSION *, const unsigned char *, size_t, int, void *);
int SSL_CTX_set_session_ticket_cb(SSL_CTX *ctx, generate_fn generate, decrypt_fn decrypt, void *arg);
enum { TICKET_SUCCESS = 5, TICKET_SUCCESS_RENEW = 6, RETURN_IGNORE_RENEW = 2, RETURN_USE = 3, RETURN_USE_RENEW = 4 };
static int generate(SSL *ssl, void *arg)
{
    (void)arg;
    SSL_SESSION_set_timeout(SSL_get_session(ssl), 0);
    return 1;
}
static int decrypt(SSL *ssl, SSL_SESSION *session, const unsigned char *name, size_t size, int status, void *arg)
{
    (void)ssl, (void)name, (void)size, (void)arg;
    if (status != TICKET_SUCCESS && status != TICKET_SUCCESS_RENEW) return RETURN_IGNORE_RENEW;
    SSL_SESSION_set_timeout(session, 7200);
    return status == TICKET_SUCCESS ? RETURN_USE : RETURN_USE_RENEW;
}
SSL_CTX *SSL_CTX_new_ex(void *libctx, const char *propq, const void *method)
{
    SSL_CTX *(*real)(void *, const char *, const void *) = dlsym(RTLD_NEXT, "SSL_CTX_new_ex");
    SSL_CTX *ctx = real(libctx, propq, method);
    if (ctx != NULL) SSL_CTX_set_session_ticket_cb(ctx, generate, decrypt, NULL);
    return ctx;
}`

function lifetimeZeroLibrary(folder: TemporaryFolder): string {
    const library = folder.file("lifetime-zero.so")
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, folder.write("lifetime-zero.c", LIFETIME_ZERO)])
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

    /** On a free port of 127.0.0.1. It answers HTTP. */
    static async start(options: OpensslServerOptions): Promise<OpensslServer> {
        const folder = new TemporaryFolder("openssl")
        const clients =
            options.clientCa === undefined
                ? []
                : ["-Verify", "1", "-verify_return_error", "-CAfile", folder.write("client-ca.pem", options.clientCa)]
        const preload = [
            ...(options.lifetimeZero ? [lifetimeZeroLibrary(folder)] : []),
            options.environment.LD_PRELOAD ?? "",
        ].join(" ")
        const process = spawn(
            "openssl",
            [
                ...["s_server", "-www", "-accept", "127.0.0.1:0", "-cert", folder.write("cert.pem", options.certificate)],
                ...["-key", folder.write("key.pem", options.key), ...clients, ...options.arguments],
            ],
            { env: { ...options.environment, LD_PRELOAD: preload }, stdio: ["ignore", "pipe", "ignore"] },
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
