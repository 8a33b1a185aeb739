/** For test.each with %s, which prints a title as it is; $title would print it in quotes. */
export function titled<K extends string, T extends Record<K, string>>(items: readonly T[], key: K): [string, T][] {
    return items.map((item) => [item[key], item])
}
