// What people and Prometheus look at: the page, the same as JSON, the metrics, and Grafana's dashboard. It names devices,
// so it listens on this machine alone unless told otherwise.
import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { checkoutPath } from "../base/paths.js"
import { pageHtml } from "../report/page-html.js"
import type { Fleet } from "./fleet.js"
import { type Address, isLoopback, type Listening, listen } from "./listen.js"
import { summaryOf } from "./summary.js"
import type { Telemetry } from "./telemetry.js"

const DASHBOARD = "docs/fleet-dashboard.json"

const SUMMARY_MS = 1000

/** The summary goes through all devices: not for each of many who ask. */
function summaries(fleet: Fleet): () => string {
    let last = { atMs: Number.NEGATIVE_INFINITY, text: "" }
    return () => {
        const atMs = performance.now()
        if (atMs - last.atMs > SUMMARY_MS) last = { atMs, text: JSON.stringify(summaryOf(fleet)) }
        return last.text
    }
}

/** A page of another site, in a browser on this machine, may have its name point here: it is told nothing. */
function isMeant({ headers }: IncomingMessage, { host }: Address): boolean {
    if (!isLoopback(host)) return true
    const asked = (headers.host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")
    return isLoopback(asked)
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

function text(type: string, body: () => string): Answer {
    return (request, response) => {
        response.writeHead(200, {
            ...{ "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" },
            ...{ "x-frame-options": "DENY", "referrer-policy": "no-referrer" },
        })
        response.end(request.method === "HEAD" ? "" : body())
    }
}

/** Throws `listen-failed`, or `not-built` where set-up has not made the page. */
export function servePages(address: Address, fleet: Fleet, telemetry: Telemetry): Promise<Listening> {
    const page = pageHtml({
        title: "Fleet: which wakes resume, and why not",
        style: "ts/report/page/style.css",
        program: "build/fleet/page.js",
        root: "fleet",
        data: {},
        noscript: "This page draws itself with a program that is inside of it. The same as JSON is at /summary.json.",
        asksItsServer: true,
    })
    const dashboard = readFileSync(checkoutPath(DASHBOARD), "utf8")
    const answers: Record<string, Answer> = {
        "/": text("text/html; charset=utf-8", () => page),
        "/summary.json": text("application/json", summaries(fleet)),
        "/dashboard.json": text("application/json", () => dashboard),
        "/metrics": (request, response) => telemetry.metrics(request, response),
    }
    return listen(address, (request, response) => {
        const answer = answers[(request.url ?? "").split("?")[0] ?? ""]
        const status = !isMeant(request, address) ? 403 : answer === undefined ? 404 : isRead(request) ? 200 : 405
        if (status === 200 && answer !== undefined) answer(request, response)
        else response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`)
    })
}

const isRead = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD"
