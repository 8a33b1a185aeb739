// What to do about an error, in the words of whoever was called. A hint is sentences; what a person can set stands in
// braces by the name of its flag, such as {ca}: a command shows its flag, DeviceScript's tools show the variable of the
// environment, a provisioning file its field. A sentence with a setting that is not there to be set is left out.

/** One sentence or several. */
export type Hint = string | readonly string[]

/** What a setting is called here; undefined for one that cannot be made here. */
export type SettingNames = (setting: string) => string | undefined

const nothing: SettingNames = () => undefined
let names = nothing

/** All hints from here on are for whoever can make these settings. */
export function hintsFor(settingNames: SettingNames): void {
    names = settingNames
}

const namesFrom =
    (table: Readonly<Record<string, string>>): SettingNames =>
    (setting) =>
        Object.hasOwn(table, setting) ? table[setting] : undefined

/** The variables of the preload (README.md). */
export const environmentNames = namesFrom({
    server: "WARMHELLO_SERVER",
    ca: "WARMHELLO_CA",
    cert: "WARMHELLO_CERT",
    key: "WARMHELLO_KEY",
    alpn: "WARMHELLO_ALPN",
    tls: "WARMHELLO_TLS",
    "connect-timeout": "WARMHELLO_CONNECT_TIMEOUT",
})

/** The fields of a provisioning file (docs/PROVISIONING.md). */
export const fieldNames = namesFrom({
    server: "server.host",
    ca: "server.ca",
    cert: "identity.certificate",
    key: "identity.key",
    alpn: "tls.alpn",
    tls: "tls.version",
    profile: "policy.profile",
    psk: "psk",
})

const SETTING = /\{([a-z-]+)\}/g

/** The settings that a hint names. */
export const settingsIn = (hint: Hint): string[] =>
    [...[hint].flat().join(" ").matchAll(SETTING)].map(([, name = ""]) => name)

export function hintText(hint: Hint): string {
    return [hint]
        .flat()
        .filter((sentence) => settingsIn(sentence).every((setting) => names(setting) !== undefined))
        .join(" ")
        .replaceAll(SETTING, (_, setting: string) => names(setting) ?? "")
}
