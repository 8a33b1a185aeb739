// Generated from firmware/wake/include/warmhello/*.def by `npm run generate`; do not edit.

/** The phases of a wake, in order, each with the channel of the pin that rises at its end. */
export const phases = {
    boot: { channel: 0, meaning: "from the reset to the firmware's first line; D0 stays up until sleep" },
    wifi: { channel: 1, meaning: "until the access point has let the device in" },
    ip: { channel: 2, meaning: "until the device has an address, by DHCP or kept from the last wake" },
    dns: { channel: 7, meaning: "until the server's address is known" },
    tcp: { channel: 3, meaning: "until TCP is up" },
    tls: { channel: 4, meaning: "until application data may be sent" },
    application: { channel: 5, meaning: "until the app has what it wanted and closes or sleeps" },
    closing: { channel: null, meaning: "until deep sleep: the session is kept, the radio goes off; D0 falls" },
    sleep: { channel: null, meaning: "deep sleep, until the next reset" },
} as const
export type Phase = keyof typeof phases

/** What ended the sleep before a wake. */
export const causes = {
    "power-on": "the power was away, and RTC RAM with it",
    "deep-sleep": "the timer or a pin",
    reset: "the firmware restarted itself, or somebody pressed the button",
    "brown-out": "the supply fell too low; RTC RAM is not trusted",
    crash: "a panic or a watchdog",
} as const
export type Cause = keyof typeof causes
