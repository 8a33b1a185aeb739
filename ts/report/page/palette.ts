// Colours of the phases: neighbours differ in brightness, so that people who see red and green alike tell them
// apart, and a grey print does. Only TLS is loud, since that is what the report is about.
import type { Phase } from "../../run/phases-and-causes.js"

export const phaseColours: Record<Phase, string> = {
    boot: "#6f7782",
    wifi: "#7fb8e0",
    ip: "#3f8ac4",
    dns: "#b79ac8",
    tcp: "#643a78",
    tls: "#cc400a",
    application: "#4cc2a0",
    closing: "#8a9099",
    sleep: "#d4d8de",
}

export const resultColours = { full: "#d9480f", resumed: "#1971c2", failed: "#c2255c", unknown: "#868e96" } as const

/** Brightness of a colour as WCAG 2 has it. */
function luminance(hex: string): number {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
        const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export const contrast = (a: string, b: string): number => {
    const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
    return (bright + 0.05) / (dark + 0.05)
}

const INK = "#14181d"
const PAPER = "#ffffff"

/** Of a text on this colour. */
export const labelOn = (fill: string): string => (contrast(fill, INK) > contrast(fill, PAPER) ? INK : PAPER)

export const FONT = 'Helvetica, "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif'

/** A canvas does not follow the page's styles by itself: dark, bright, or printed. */
export function onLookChange(draw: () => void): void {
    for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw)
}

/** Of the page's own styles, so that a canvas follows them. */
export const styleColour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim()
