// Elements without markup: text from the data is only ever set as text.
type Child = Node | string
type Attributes = Record<string, string | number | boolean | undefined>

function fill<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === false) continue
        element.setAttribute(name, value === true ? "" : String(value))
    }
    element.append(...children)
    return element
}

export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    return fill(document.createElement(tag), attributes, children)
}

export function svg<K extends keyof SVGElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: Child[]
): SVGElementTagNameMap[K] {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children)
}

/** A plot with its title, its explanation and, folded away, the same as a table. */
export function figure(title: string, lead: string, plot: Node, table?: HTMLTableElement): HTMLElement {
    const parts: Child[] = [h("h2", {}, title), h("p", { class: "lead" }, lead), plot]
    if (table !== undefined) parts.push(h("details", {}, h("summary", {}, "The same in numbers"), scrollable(table)))
    return h("section", {}, ...parts)
}

export function table(
    head: readonly string[],
    rows: readonly (readonly string[])[],
    caption: string,
): HTMLTableElement {
    const cells = (row: readonly string[]) =>
        row.map((text, column) => (column === 0 ? h("th", { scope: "row" }, text) : h("td", {}, text)))
    return h(
        "table",
        {},
        h("caption", {}, caption),
        h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row)))),
    )
}

/** Wide tables scroll in their own box, which the keyboard can reach. */
export const scrollable = (inner: HTMLTableElement): HTMLElement =>
    h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": inner.caption?.textContent ?? "table" },
        inner,
    )
