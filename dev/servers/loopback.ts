// For servers that listen on all addresses and have no option against it: their bind() is replaced. It also takes a port
// whose connections have just been closed, and says what goes wrong.
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Files } from "./server.js"

const BIND = `
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int bind(int fd, const struct sockaddr *wanted, socklen_t size)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (wanted->sa_family == AF_INET)
        ((struct sockaddr_in *)wanted)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (wanted->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)wanted)->sin6_addr = in6addr_loopback;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    int result = real(fd, wanted, size);
    if (result != 0)
        perror("bind");
    return result;
}
int listen(int fd, int backlog)
{
    int (*real)(int, int) = dlsym(RTLD_NEXT, "listen");
    int result = real(fd, backlog);
    if (getenv("SAY_LISTENING") != NULL && result == 0)
        fputs("listening\\n", stderr);
    return result;
}`

/** The environment for that, its library compiled into the server's folder. A program that does not say when it listens
 * prints "listening" then. */
export function loopbackOnly({ folder }: Files, saysListening = true): Record<string, string> {
    const source = join(folder, "loopback.c")
    const library = join(folder, "loopback.so")
    writeFileSync(source, BIND)
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, source])
    return { LD_PRELOAD: library, ...(saysListening ? {} : { SAY_LISTENING: "1" }) }
}
