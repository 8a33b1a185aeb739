// Grafana's dashboard as it is shipped.
import { readFileSync } from "node:fs"
import { checkoutPath } from "#warmhello/base/paths.js"

interface Panel {
    title: string
    targets?: { expr: string; legendFormat?: string }[]
    gridPos: { x: number; y: number; w: number; h: number }
}

export interface Dashboard {
    title: string
    schemaVersion: number
    panels: Panel[]
    templating: { list: { name: string; type: string; query?: string | { query?: string } }[] }
}

export const dashboard = JSON.parse(readFileSync(checkoutPath("docs/fleet-dashboard.json"), "utf8")) as Dashboard

/** Each query, with what Grafana puts in place of its variables. */
export const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat = "" }) => ({
        title,
        legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
        expression: expr
            .replaceAll("$__rate_interval", "1m")
            .replaceAll("$__range", "1h")
            .replaceAll(/\$(?:server|firmware)\b/g, ".*"),
    })),
)
