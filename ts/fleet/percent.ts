// For the terminal and for the page.

/** A share in whole percents; one that is small, but not nothing, more finely. */
export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`
