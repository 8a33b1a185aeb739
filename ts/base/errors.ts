// Every failure that a user can see: one code, one class, one message, one hint.
// Commands exit with one code per class.
import { type CoreErrorWord, coreErrors } from "./core-codes.js"
import { type Hint, hintText } from "./hints.js"

export const exitCodes = {
    ok: { code: 0, meaning: "everything went as it should" },
    expectation: {
        code: 1,
        meaning:
            "a wake that should have resumed made a full handshake, or the reverse; a budget is not kept; probe: the server does not resume after the sleep",
    },
    usage: {
        code: 2,
        meaning: "a flag, a value or a file on the command line cannot be used; probe: could not tell",
    },
    app: { code: 3, meaning: "the app does not compile, throws, or never sleeps" },
    network: { code: 4, meaning: "the server cannot be reached, or the connection broke" },
    peer: { code: 5, meaning: "the server was reached, but TLS with it failed" },
    platform: { code: 6, meaning: "something on this machine is missing or failed; set-up may not have run" },
    hangup: { code: 129, meaning: "SIGHUP: the terminal was closed" },
    interrupted: { code: 130, meaning: "Ctrl-C" },
    cutoff: { code: 141, meaning: "whoever read standard output, such as head, closed it before the end" },
    terminated: { code: 143, meaning: "SIGTERM" },
} as const

export type ErrorClass = Exclude<keyof typeof exitCodes, "ok">

/** What can go wrong outside the core, and what to do about it. */
const ownHints = {
    expectation: {
        "not-as-expected": "See the rows above: the first wake must be full and all others resumed.",
        "over-budget": "The rules and what came of each are above. An unknown figure counts as broken.",
    },
    usage: {
        "bad-option": "See: {help}",
        "file-unwritable": "Check the path and its permissions.",
        "file-unreadable": "Check the path and its permissions.",
        "unknown-board": "Give one of those boards, or add a file for yours: see boards/README.md.",
        "board-unusable": "Fix the board's file; it names DeviceScript's schema.",
        "not-an-image":
            "Give the file in which warmhello simulate kept its flash, or the journal's partition read from a board.",
        "wake-line-unreadable":
            "The line was cut, or comes from firmware of another version; flash this one: warmhello flash",
        "run-unreadable": "Give a run.json as warmhello measure or warmhello estimate of this version writes it.",
        "provision-syntax": "A provisioning file is JSON; docs/PROVISIONING.md has one to start from.",
        "provision-field": "docs/PROVISIONING.md names every field and what it may be.",
        "provision-too-large":
            "Give only the CA that signed the server's certificate, leave roots out of the device's chain, and prefer ECDSA keys.",
        // The core's as well, of the CA that a server's chain ends in: another file fixes that.
        "ca-expired": ["Give a current CA with {ca}.", "Check this machine's clock."],
        "ca-not-yet-valid": "Check this machine's clock, or give a CA that is valid now.",
        "client-certificate-expired": "Renew the device's certificate, or check this machine's clock.",
        "client-certificate-not-yet-valid": "Check this machine's clock, or wait until the certificate is valid.",
        "chain-order": "Put the device's own certificate first, and after each certificate that of its issuer.",
        "not-provisioned": "Give an image that warmhello provision wrote, or the partition wh_prov read from a board.",
        "no-provision-partition":
            "Flash the firmware first, which brings its partition table. With flash encryption on, esptool cannot read or write the partition: rotate over the wire.",
        "no-key-block":
            "Of these chips the ESP32-S2, S3 and C3 have HMAC with a key in eFuse; docs/SECURITY.md says what an ESP32 can do.",
        "key-block-in-use": "What is burned stays; see: espefuse summary",
        "not-a-terminal": "Run the command in a terminal: a person has to type what is asked.",
        "not-confirmed": "Nothing was burned. Type the words exactly as they are shown.",
        "not-a-ppk2": ["Give the PPK2's first port.", "The device under test has one too, which goes to {log-port}."],
        "csv-header":
            "The first line names the columns, such as: time(ms),current(mA),voltage(V). See docs/MEASURING.md.",
        "csv-units": "Write units into the first line: s, ms or us; A, mA or uA; V or mV.",
        "csv-decimal-comma": "Export the recording again with decimal points and without signs between thousands.",
        "csv-row": "Fix or delete that line; the file may be damaged.",
        "csv-time": "Export the recording again with rising times and enough digits, one recording a file.",
        "ppk-file": "Open it in Nordic's Power Profiler and export it as CSV.",
        "input-empty": "Check that the recording was saved whole.",
        "pins-file":
            "Give the CSV that a logic analyser's program (Saleae Logic, PulseView, sigrok-cli) exports of the same run.",
        "jls-instrument": "Say which one is meant by its name: {instrument}.",
        "jls-unreadable": "Open the file in Joulescope's own program, or export it as CSV.",
        "trace-unreadable": "Give a raw trace as warmhello measure of this version writes it.",
        "no-wakes": [
            "Was the device powered, and did it wake?",
            "Are {awake-ua} and {asleep-ua} between its currents awake and asleep?",
        ],
        "profile-unusable":
            "Every number of a power profile has low, typical, high and a source: see boards/README.md.",
        "nothing-to-report": "Measure or estimate some wakes first.",
        "no-port": "Plug the board in and give its port, such as /dev/ttyACM0; on Windows COM3.",
        "state-unreadable": "It is no file of {state}, or damaged: name another one, or delete it to begin anew.",
        "state-in-use": "End that process first, or name another folder with {state}.",
        "no-reports": "Give outcomes as lines of JSON, a board's log, or a run.json: see docs/FLEET.md.",
        "state-of-another": "Ask as it was asked when the file was begun, or name another file.",
        "port-denied": "Join the group that owns the port, then log in again: sudo usermod -aG dialout $USER",
    },
    platform: {
        "no-meter": "Plug in the PPK2, or name its port or a file: warmhello measure /dev/ttyACM0",
        "ppk2-no-metadata": "Unplug the PPK2 and plug it in again; without its calibration no current can be told.",
        "ppk2-calibration":
            "Its memory was overwritten: let Nordic's Power Profiler program and calibrate it anew, or take another meter.",
        "ppk2-unplugged": "What was measured is kept; plug the PPK2 in and go on with {continue}.",
        "jls-needs-pyjls":
            "Install pyjls: python3 -m pip install pyjls; WARMHELLO_PYTHON names another python3, such as one in a venv.",
        "project-unwritable":
            "The compiler keeps its libraries and its output in the app's project: compile a copy that is yours, where there is room.",
        "pio-missing": "Install PlatformIO with: pip install platformio==6.2.0",
        "flash-failed": "PlatformIO's output is above.",
        "port-busy": "Another program has the port open; end that program first.",
        "port-lost": "A board's own USB goes away when it sleeps; to follow it across sleeps use a USB-serial adapter.",
        "listen-failed": "Give {http} or {page} a port that is free, of an address of this machine.",
        "not-built": "In a checkout run: npm run setup",
        "no-compiler":
            "Install a C compiler: sudo apt-get install gcc libc6-dev; probe, measure, estimate and report run without one.",
        "core-not-compiled":
            "It takes GCC or Clang on Linux, with the C library's headers (libc6-dev); CC names another compiler.",
        "bench-not-ready": "Run: npm run bench, which installs and builds what is missing.",
        "bench-failed": "A client program of the bench failed; its message is above.",
        "server-failed": "The built-in server did not start; its output is above.",
        "emulator-missing":
            "In a checkout of warmhello run: npm run setup -- --mcu, which installs Debian's qemu-system-misc and a cross compiler.",
        "emulator-failed": "This is a bug in warmhello's firmware for the emulator.",
        "esptool-missing": "Get esptool with: pip install esptool",
        "esptool-failed": "esptool's output is above. Check that the port is right and that no monitor has it open.",
        "burn-failed":
            "Look at what became of the block before anything else: espefuse summary. Nothing of the key was kept.",
        "use-after-dispose": "This is a bug in warmhello: a closed object was used.",
        "temporary-unwritable": "TMPDIR names another folder: one that exists, can be written to and has room.",
        "machine-failed": "This machine lacks room, permission or something else; see above.",
        bug: "This is a bug in warmhello: please report it with what is above.",
    },
    app: {
        "no-project": "Make a project around the app, in its folder: npx devs init, or npm init -y",
        "compile-failed": "Fix what the compiler names above.",
        "not-a-program": "Give the app as .ts, or as .devs of the DeviceScript version that warmhello uses.",
        "app-threw": "Catch the exception in the app; on a board it would restart the program.",
        "app-endless":
            "Let the app wait in each pass of its loop: await sleep(ms), from @devicescript/core, with 1 ms or more.",
        "app-memory": "Keep less at a time: a board has no more memory for an app than the simulator.",
        "app-recursion": "Call less deep: a board has no more stack for an app than the simulator.",
        "never-slept": [
            "End each wake with: await standby(ms), from @devicescript/runtime.",
            "For an app that is slow, raise {wake-timeout}.",
        ],
        "never-connected": "The app opened no TLS connection; fetch an https:// URL before it sleeps.",
        "closed-early": [
            "Wait for the answer before standby.",
            "A server that is slow may need a higher {connect-timeout}.",
        ],
    },
    peer: {
        "broker-untrusted":
            "{ca} names the file of the broker's CA, {cert} and {key} what it asks for; its name must be in its certificate.",
        "broker-refused":
            "WARMHELLO_MQTT_USERNAME and WARMHELLO_MQTT_PASSWORD, or the URL, name who asks; the broker's log may say more.",
    },
    network: {
        "reports-lost": "Is the broker, or warmhello fleet, running there?",
        "no-answer": [
            "The app waits for an answer; the server's log may say why there is none.",
            "Raise {wake-timeout} if the server is slow.",
        ],
        "proxy-refused": "HTTPS_PROXY names the proxy; NO_PROXY names hosts that need none.",
    },
    cutoff: {
        "output-closed": "",
    },
    interrupted: {
        interrupted: "",
    },
} as const satisfies Partial<Record<ErrorClass, Record<string, Hint>>>

type OwnHints = typeof ownHints
type OwnCode = { [Class in keyof OwnHints]: keyof OwnHints[Class] }[keyof OwnHints]

/** Each code's class. */
const ownErrors = new Map<string, { class: ErrorClass; hint: Hint }>(
    Object.entries(ownHints).flatMap(([of, hints]) =>
        Object.entries<Hint>(hints).map(([code, hint]) => [code, { class: of as ErrorClass, hint }] as const),
    ),
)

/** What to do about the core's errors; the meaning comes from the core itself. */
const coreHints: Partial<Record<CoreErrorWord, Hint>> = {
    untrusted: "Give the CA that signed the server's certificate with {ca}.",
    "wrong-name": [
        "Name the server in {server} as its certificate does.",
        "Give a name that the certificate has with {servername}.",
    ],
    "certificate-expired": "Renew the server's certificate, or check this machine's clock.",
    "certificate-not-yet-valid": "Check this machine's clock.",
    "not-tls": ["Check the port in {server}.", "https is usually on 443, MQTT over TLS on 8883."],
    "no-common-version": [
        "Set {tls} to auto.",
        "With {profile} strict the server must speak TLS 1.3.",
        "warmhello speaks TLS 1.2 and 1.3 with AEAD ciphers.",
    ],
    closed: "The server's log may say why.",
    "server-silent": "The server's log may say why.",
    "unknown-host": ["Check the name in {server}.", "Check the network."],
    "host-unreachable": "Check the network.",
    "connection-refused": "Nothing listens on that port: is the server running?",
    "connection-lost": "The connection broke off below TLS; the server's log may say why.",
    "connect-timeout": ["The server did not answer in time.", "Raise {connect-timeout} if it is slow."],
    alert: [
        "The server's log says why.",
        "If the server asks for client certificates, give {cert} and {key}.",
        "A handshake_failure tells that the server has no cipher, group or kind of certificate that warmhello speaks.",
    ],
    "psk-refused": ["The server's log may say which of the two it does not know.", "Check identity and key in {psk}."],
    "no-common-alpn": "Ask for a protocol that the server speaks with {alpn}.",
    "client-certificate-wanted": "Give one with {cert} and {key}.",
    "client-certificate-refused": "The server must trust the authority that signed it; its log may say more.",
    "certificate-unreadable": "The file must hold certificates as PEM, the device's own first.",
    "key-unreadable": "The file must hold a private key as PEM.",
    "key-encrypted":
        "Unlock the key once: openssl pkey -in KEY -out UNLOCKED; a device has nobody to ask for a passphrase.",
    "key-mismatch": "Give in {key} the key that the certificate in {cert} was made for.",
    "alpn-unusable": "Write protocols in {alpn} as in: mqtt,http/1.1",
    "ca-unreadable": "The file must hold certificates as PEM or DER.",
    "clock-suspect": "Check this machine's clock first; if it is right, server and CA must be renewed.",
    "host-unusable": [
        "A host is a name such as broker or example.com, or an IP address such as 10.0.0.1 or [fd00::1].",
        "Check the name in {server}.",
    ],
}

const coreClasses = {
    miss: "platform",
    damage: "platform",
    peer: "peer",
    network: "network",
    platform: "platform",
    usage: "usage",
} as const

export type ErrorCode = OwnCode | CoreErrorWord

/** Every hint as it is written, with settings in braces. */
export const hintOf = (code: ErrorCode): Hint => textFor(code).hint

/** Those that do not come from the core, or not only. */
export const ownErrorCodes = [...ownErrors.keys()] as OwnCode[]

export const errorCodes: readonly ErrorCode[] = [
    ...new Set([...ownErrorCodes, ...(Object.keys(coreErrors) as CoreErrorWord[])]),
]

function textFor(code: ErrorCode): { class: ErrorClass; hint: Hint } {
    const word = code as CoreErrorWord // unless it is one of these
    return ownErrors.get(code) ?? { class: coreClasses[coreErrors[word].class], hint: coreHints[word] ?? "" }
}

/** An error with a code to match on; the message is for people. */
export class WarmhelloError extends Error {
    readonly class: ErrorClass
    readonly #hint: Hint

    constructor(
        readonly code: ErrorCode,
        message: string,
        /** `hint` takes the place of the code's own. */
        options?: ErrorOptions & { hint?: Hint },
    ) {
        super(message, options)
        this.name = "WarmhelloError"
        const text = textFor(code)
        this.class = text.class
        this.#hint = options?.hint ?? text.hint
    }

    /** What to do about it, in the words of whoever was called. */
    get hint(): string {
        return hintText(this.#hint)
    }

    get exitCode(): number {
        return exitCodes[this.class].code
    }
}

/** An error of the core, in the core's own words. */
export function coreError(word: CoreErrorWord, where = ""): WarmhelloError {
    return new WarmhelloError(word, `${where}${coreErrors[word].meaning}`)
}
