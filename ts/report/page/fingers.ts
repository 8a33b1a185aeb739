// Fingers on a plot: one moves what it shows, two zoom it. Up and down stay the page's.

export interface Gestures {
    /** By this share of what is shown. */
    move: (share: number) => void
    /** To so many times what is shown. */
    zoom: (factor: number) => void
}

/** Less is a tap, or a page that is scrolled. */
const LEAST_STEP = 0.02

export function listenToFingers(stage: HTMLElement, { move, zoom }: Gestures): void {
    const fingers = new Map<number, number>()
    const spread = () => Math.max(...fingers.values()) - Math.min(...fingers.values())
    const touches = (event: PointerEvent) => event.pointerType === "touch"
    let begun = 0
    const begin = () => {
        begun = fingers.size === 2 ? spread() : (fingers.values().next().value ?? 0)
    }
    const step = () => {
        const width = Math.max(1, stage.clientWidth)
        if (fingers.size === 1) {
            const at = fingers.values().next().value ?? 0
            const share = (begun - at) / width
            if (Math.abs(share) < LEAST_STEP) return
            move(share)
        } else if (fingers.size === 2) {
            const now = spread()
            if (Math.abs(now - begun) / width < LEAST_STEP || now === 0) return
            zoom(begun / now)
        }
        begin()
    }
    stage.addEventListener("pointerdown", (event) => {
        if (!touches(event)) return
        stage.setPointerCapture(event.pointerId)
        fingers.set(event.pointerId, event.clientX)
        begin()
    })
    stage.addEventListener("pointermove", (event) => {
        if (!fingers.has(event.pointerId)) return
        fingers.set(event.pointerId, event.clientX)
        step()
    })
    const end = (event: PointerEvent) => {
        fingers.delete(event.pointerId)
        begin()
    }
    stage.addEventListener("pointerup", end)
    stage.addEventListener("pointercancel", end)
}
