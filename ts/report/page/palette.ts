// Colours of the phases: told apart by people who see red and green alike, and in grey print by their order.
// Only TLS is loud, since that is what the report is about.
import type { Phase } from "../../wake/words.js"

export const phaseColours: Record<Phase, string> = {
    boot: "#6f7782",
    wifi: "#7fb8e0",
    ip: "#3f8ac4",
    dns: "#b79ac8",
    tcp: "#84529b",
    tls: "#d9480f",
    application: "#1a9473",
    closing: "#a8adb5",
    sleep: "#d4d8de",
}

export const resultColours = { full: "#d9480f", resumed: "#1971c2", failed: "#c2255c", unknown: "#868e96" } as const

export const isDark = (): boolean => matchMedia("(prefers-color-scheme: dark)").matches

/** Of the page's own styles, so that a canvas follows them. */
export const styleColour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim()
