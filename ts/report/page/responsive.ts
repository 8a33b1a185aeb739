// A drawing as wide as its place, drawn anew when that changes: its texts keep the size that they are given.

/** Drawn first at its place on the page. */
export function responsive(holder: HTMLElement, draw: (width: number) => Node): HTMLElement {
    let drawn = 0
    const again = (width: number) => {
        if (width <= 0 || width === drawn) return
        drawn = width
        holder.replaceChildren(draw(width))
    }
    new ResizeObserver(() => again(Math.floor(holder.clientWidth))).observe(holder)
    return holder
}
