/** What can be asked of the microcontroller (enum operation of firmware/port/rv32/src/main.c). */
export const operations = {
    start: 1,
    sleep: 2,
    pass: 3,
    setWall: 4,
    clientNew: 5,
    clientFree: 6,
    clientUnreachable: 7,
    connNew: 8,
    connFree: 9,
    connFeed: 10,
    connEof: 11,
    connDrain: 12,
    connWrite: 13,
    connRead: 14,
    connClose: 15,
    connState: 16,
    connFallbackDue: 17,
    connHedge: 18,
    connTicketWait: 19,
    connOutcome: 20,
    forget: 21,
    memory: 22,
    stopInFlash: 23,
} as const

export type Operation = keyof typeof operations
