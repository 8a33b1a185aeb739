// The native library: wolfSSL and the C core behind plain functions
// (firmware/port/host/include/warmhello/ffi.h, ffi_connect.h, ffi_service.h and port_host.h, connect.h and provision.h).
import koffi from "koffi"
import { type CoreErrorWord, coreErrors } from "../base/core-codes.js"
import { WarmhelloError } from "../base/errors.js"
import { memberTypes } from "./native-config.js"
import { nativeFile } from "./native-files.js"

/** The longest payload of a Jacdac packet, in bytes. DeviceScript's runtime cuts longer ones without a word. */
export const PAYLOAD_MAX = 236

function load() {
    // Another build of it, with sanitizers, for the tests.
    const library = koffi.load(process.env.WARMHELLO_LIBRARY ?? nativeFile("libwarmhello.so"))
    koffi.opaque("wh_client")
    koffi.opaque("wh_connect")
    koffi.opaque("wh_outcome")
    koffi.opaque("wh_service")
    // service.h
    koffi.struct("wh_service_packet", {
        is_event: "bool",
        command: "uint16_t",
        size: "uint8_t",
        payload: koffi.array("uint8_t", PAYLOAD_MAX, "Typed"),
    })
    // client.h and provision.h; pointers are to memory that only has to last for the call.
    koffi.struct("wh_client_config", {
        ...memberTypes("client"),
        policy: koffi.struct("wh_policy", memberTypes("policy")),
        any_name: "bool",
    })
    koffi.struct("wh_provision", {
        config: koffi.struct("wh_device_config", {
            ...memberTypes("device"),
            client: "wh_client_config",
            connect_timeout_ms: "uint32_t",
        }),
        sequence: "uint32_t",
        slot: "uint32_t",
        size: "size_t",
    })
    // ffi_connect.h
    koffi.struct("wh_ffi_step", { kind: "int", tcp: "uint32_t", size: "uint32_t", wait_ms: "uint32_t" })
    // ffi.h and check_file.h
    koffi.struct("wh_ffi_block", {
        label: koffi.array("char", 40, "String"),
        is_certificate: "bool",
        is_key: "bool",
        is_locked: "bool",
        der_size: "size_t",
    })
    koffi.struct("wh_file_finding", {
        problem: koffi.array("char", 320, "String"),
        advice: koffi.array("char", 320, "String"),
    })
    koffi.struct("wh_host_memory", { allocations: "uint64_t", live_bytes: "size_t", peak_bytes: "size_t" })
    const device: unknown = library.func("void *wh_ffi_host_device(void)")()
    const ofDevice = (declaration: string) => library.func(declaration).bind(undefined, device)
    return {
        hostStart: library.func("int wh_ffi_host_start(const char *flash_file)"),
        hostStop: library.func("void wh_ffi_host_stop(void)"),
        hostBuiltS: library.func("int64_t wh_host_built_s(void)"),
        hostJumpWall: ofDevice("void wh_host_jump_wall(void *device, int64_t s)"),
        flashFileCut: library.func("void wh_ffi_flash_file_cut(uint32_t nth)"),
        flashFileOperations: library.func("uint32_t wh_ffi_flash_file_operations(void)"),
        hostSetKey: ofDevice("void wh_host_set_key(void *device, const uint8_t *key)"),
        hostSetWallKnown: ofDevice("void wh_host_set_wall_known(void *device, bool known)"),
        hostSleep: ofDevice("void wh_host_sleep(void *device, uint64_t us)"),
        hostLosePower: ofDevice("void wh_host_lose_power(void *device)"),
        hostSaveState: ofDevice("int wh_host_save_state(void *device, _Out_ uint8_t *out, size_t size)"),
        hostLoadState: ofDevice("int wh_host_load_state(void *device, const uint8_t *bytes, size_t size)"),
        hostStateSize: library.func("size_t wh_ffi_host_state_size(void)"),
        hostMemory: library.func("wh_host_memory wh_host_memory_take(void)"),
        clientCheck: library.func("int wh_client_check(const wh_client_config *config)"),
        clientNew: library.func("wh_client *wh_ffi_client_new(const wh_client_config *config, _Out_ int *error)"),
        clientFree: library.func("void wh_ffi_client_free(wh_client *client)"),
        clientCas: library.func(
            "uint16_t wh_ffi_client_cas(wh_client *client, _Out_ uint16_t *usable, _Out_ uint16_t *ending)",
        ),
        hostSpelling: library.func("int wh_ffi_host_spelling(const char *text, _Out_ char *out)"),
        connectNew: library.func("wh_connect *wh_ffi_connect_new(wh_client *client, uint32_t timeout_ms)"),
        connectFree: library.func("void wh_ffi_connect_free(wh_connect *connect)"),
        connectNext: library.func(
            "void wh_ffi_connect_next(wh_connect *connect, _Out_ wh_ffi_step *step, _Out_ uint8_t *out)",
        ),
        connectResolved: library.func("void wh_connect_resolved(wh_connect *connect, bool has_address)"),
        connectReady: library.func("void wh_connect_ready(wh_connect *connect, unsigned int tcp)"),
        connectFailed: library.func("void wh_connect_failed(wh_connect *connect, unsigned int tcp, int error)"),
        connectReceived: library.func(
            "size_t wh_connect_received(wh_connect *connect, uint32_t tcp, const uint8_t *bytes, size_t size)",
        ),
        connectSent: library.func("void wh_connect_sent(wh_connect *connect, unsigned int tcp, size_t size)"),
        connectWrite: library.func("int wh_connect_write(wh_connect *connect, const uint8_t *bytes, size_t size)"),
        connectRead: library.func("int wh_connect_read(wh_connect *connect, _Out_ uint8_t *out, size_t size)"),
        connectClose: library.func("void wh_connect_close(wh_connect *connect, bool is_written)"),
        connectError: library.func("int wh_connect_error(const wh_connect *connect)"),
        connectOutcome: library.func("const wh_outcome *wh_connect_outcome(const wh_connect *connect)"),
        connectOutcomeOf: library.func(
            "const wh_outcome *wh_connect_outcome_of(const wh_connect *connect, unsigned int tcp)",
        ),
        storeTiers: library.func("int wh_store_tiers(void)"),
        outcomeJson: library.func("int wh_outcome_json(const wh_outcome *outcome, _Out_ char *out, size_t size)"),
        outcomeJsonSize: library.func("size_t wh_ffi_outcome_json_size(void)"),
        serviceNew: library.func("wh_service *wh_ffi_service_new(void)"),
        serviceFree: library.func("void wh_ffi_service_free(wh_service *service)"),
        serviceWake: library.func("void wh_ffi_service_wake(wh_service *service, bool power_lost)"),
        serviceClientNew: library.func(
            "wh_client *wh_ffi_service_client_new(wh_service *service, const wh_client_config *config, _Out_ int *error)",
        ),
        serviceHandle: library.func(
            "int wh_service_handle(wh_service *service, uint16_t command, const uint8_t *payload, size_t size, _Out_ wh_service_packet *answer)",
        ),
        serviceNext: library.func("bool wh_service_next(wh_service *service, _Out_ wh_service_packet *out)"),
        serviceConnecting: library.func("uint32_t wh_service_connecting(wh_service *service)"),
        serviceConnected: library.func("void wh_service_connected(wh_service *service, const wh_outcome *outcome)"),
        serviceClosed: library.func(
            "void wh_service_closed(wh_service *service, uint32_t connect, const wh_outcome *outcome)",
        ),
        serviceSettingsChanged: library.func("bool wh_service_settings_changed(const wh_service *service)"),
        inspectPeer: library.func("int wh_inspect_peer(_Out_ char *out, size_t size)"),
        inspect: library.func(
            "int wh_inspect(const uint8_t *image, size_t image_size, int has_key, _Out_ char *out, size_t size)",
        ),
        provisionRead: library.func(
            "int wh_provision_read(const uint8_t *image, size_t size, _Out_ wh_provision *out)",
        ),
        checkFile: library.func(
            "int wh_check_file(int role, const char *name, const uint8_t *file, size_t size, _Out_ wh_file_finding *out)",
        ),
        checkLeftAside: library.func(
            "bool wh_check_left_aside(const char *name, const uint8_t *file, size_t size, uint32_t number, _Out_ wh_file_finding *out)",
        ),
        pemBlock: library.func(
            "int wh_ffi_pem_block(const uint8_t *file, size_t size, uint32_t number, _Out_ wh_ffi_block *out)",
        ),
        pemDecode: library.func(
            "size_t wh_ffi_pem_decode(const uint8_t *file, size_t size, uint32_t number, _Out_ uint8_t *out, size_t der_size)",
        ),
        errorWord: library.func("const char *wh_error_word(int error)"),
    }
}

export type Native = ReturnType<typeof load>

let loaded: Native | undefined

/** Has the core run elsewhere: these functions take the place of the library's, until the end of the process. */
export function runElsewhere(functions: Partial<Native>): void {
    Object.assign(native(), functions)
}

/** The native functions. Loads the library, and starts its device, on first use. */
export function native(): Native {
    if (loaded === undefined) {
        loaded = load()
        const result: number = loaded.hostStart(null)
        if (result !== 0) throw new WarmhelloError("memory", "wolfSSL could not start")
    }
    return loaded
}

/** The core's word for one of its error numbers. */
export function errorWord(error: number): CoreErrorWord {
    const word: string = native().errorWord(error)
    return word in coreErrors ? (word as CoreErrorWord) : "protocol"
}
