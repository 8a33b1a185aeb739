/**
 * The TLS session that the firmware keeps across deep sleep, as an app sees and steers it.
 *
 * ```ts
 * import { tlsSession } from "devicescript-warmhello"
 *
 * const { result, reason } = await tlsSession().outcome()
 * console.log(`${result}: ${reason}`)
 * ```
 *
 * @packageDocumentation
 */
import { TlsSession } from "@devicescript/core"
import type { LinkOptions } from "./link"
import { TlsSessionClient } from "./tls-session"

export { type LinkOptions, ServiceError, type ServiceErrorCode } from "./link"
export * from "./tls-payloads"
export * from "./tls-session"
export * from "./tls-words"

let client: TlsSessionClient

/**
 * The client of this board's service, one for all callers. It takes no time: the service is looked for in the
 * background, and the first call waits for it.
 *
 * `options` count in the first call only.
 */
export function tlsSession(options: LinkOptions = {}): TlsSessionClient {
    // On a board the hint binds it to the board's own service, whatever else is on the bus.
    if (client === undefined) client = new TlsSessionClient(new TlsSession("tlsSession[int:0]"), options)
    return client
}
