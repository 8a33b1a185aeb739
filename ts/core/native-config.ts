// From what a client and a device are configured with to the C structs, and back.
import { type ClientOptions, type Provision, type Setting, settings } from "./config.js"
import { isSized, kinds } from "./kinds.js"

type Members = Record<string, unknown>

/** wh_client_config of client.h */
export type NativeConfig = Members & { policy: Members; any_name: boolean }
/** wh_device_config of provision.h */
export type NativeDevice = Members & { client: NativeConfig }

type Owner = Setting["owner"]
const settingsOf = (owner: Owner) => settings.filter((setting) => setting.owner === owner)
/** Beside the pointer to bytes. */
const sizeOf = (name: string) => `${name}_size`

/** The members of an owner's struct, for koffi. */
export function memberTypes(owner: Owner): Record<string, string> {
    const types = settingsOf(owner).flatMap(({ kind, name }) => [
        [name, kinds[kind].type],
        ...(isSized(kind) ? [[sizeOf(name), "size_t"]] : []),
    ])
    return Object.fromEntries(types)
}

function members(owner: Owner, options: object): Members {
    const out: Members = {}
    for (const { kind, name, option } of settingsOf(owner)) {
        const value = option.split(".").reduce<unknown>((part, key) => (part as Members | undefined)?.[key], options)
        out[name] = kinds[kind].toC(value)
        if (isSized(kind)) out[sizeOf(name)] = (value as Buffer | undefined)?.length ?? 0
    }
    return out
}

function options(owner: Owner, native: Members): Members {
    const out: Members = {}
    for (const { kind, name, option, required } of settingsOf(owner)) {
        const value = kinds[kind].fromC(native[name], Number(native[sizeOf(name)]))
        if (value === undefined || (!required && !native[name])) continue
        const [part, key] = option.split(".") as [string, string?]
        if (key === undefined) out[part] = value
        else out[part] = { ...(out[part] as Members | undefined), [key]: value }
    }
    return out
}

export const nativeConfig = (client: ClientOptions): NativeConfig => ({
    ...members("client", client),
    policy: members("policy", client),
    any_name: false,
})

const nativeDevice = (provision: Provision): NativeDevice => ({
    ...members("device", provision),
    client: nativeConfig(provision.client),
})

/** The types of the options come from the same rows as what is done here. */
export function provisionOf(native: NativeDevice): Provision {
    const { client } = native
    const clientOptions = { ...options("client", client), ...options("policy", client.policy) }
    return { ...options("device", native), client: clientOptions } as unknown as Provision
}

/** The value of a setting as bytes; undefined for what C has a null pointer for. */
function bytesOf({ kind, name }: Setting, native: Members): Buffer | undefined {
    const value = native[name]
    if (value === null) return undefined
    const bytes = kinds[kind].bytes(value)
    return isSized(kind) ? bytes.subarray(0, native[sizeOf(name)] as number) : bytes
}

/** What a client is given, setting by setting, each with its bytes. */
export function clientBytes(config: NativeConfig): [Setting, Buffer | undefined][] {
    return settings
        .filter(({ owner }) => owner !== "device")
        .map((setting) => [setting, bytesOf(setting, setting.owner === "client" ? config : config.policy)])
}

/** What an image holds: what may be missing is there if it is not at its default. */
export function imageBytes(provision: Provision): [Setting, Buffer][] {
    const device = nativeDevice(provision)
    const owners = { device, client: device.client, policy: device.client.policy }
    return settings.flatMap((setting): [Setting, Buffer][] => {
        const native = owners[setting.owner]
        const bytes = setting.required || native[setting.name] ? bytesOf(setting, native) : undefined
        return bytes === undefined ? [] : [[setting, bytes]]
    })
}
