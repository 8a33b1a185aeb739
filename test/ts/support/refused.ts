import type { Client } from "#warmhello/core/client.js"
import { CoreConnect } from "#warmhello/core/connect.js"

/** A connect that is over, since the server refused TCP. Dispose of it. */
export function refusedConnect(client: Client): CoreConnect {
    const connect = new CoreConnect(client, 10_000)
    for (let step = connect.next(); step.do !== "over"; step = connect.next()) {
        if (step.do === "resolve") connect.resolved(true)
        else if (step.do === "open") connect.failed(step.tcp, "connection-refused")
        else if (step.do === "wait") throw new Error("nothing is to be waited for")
    }
    return connect
}
