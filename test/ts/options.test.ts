import { describe, expect, test } from "vitest"
import { readFile } from "#warmhello/base/files.js"
import { count, duration, hostAndPort, versionRange } from "#warmhello/cli/options.js"

describe("a duration", () => {
    test.each([
        ["250ms", 250],
        ["30s", 30_000],
        ["10m", 600_000],
        ["1.5h", 5_400_000],
        ["2 hours", 7_200_000],
        ["1d", 86_400_000],
    ])("may be %s", (text, milliseconds) => {
        expect(duration(text)).toBe(milliseconds)
    })

    test.each(["", "10", "0s", "-5m", "10 parsecs", "m", "NaN", "50d", "1e9d", "10m; rm"])("cannot be '%s'", (text) => {
        expect(() => duration(text)).toThrow(
            "A duration is a number and a unit: 250ms, 30s, 10m, 2h or 1d; at most 49d.",
        )
    })
})

describe("a count", () => {
    test.each([
        ["1", 1],
        ["10", 10],
        ["1000000", 1_000_000],
    ])("may be %s", (text, value) => {
        expect(count(1)(text)).toBe(value)
    })

    test("may be 0 only where that means something", () => {
        expect(count(0)("0")).toBe(0)
        expect(() => count(1)("0")).toThrow("It must be a whole number from 1 to 1000000.")
    })

    test.each(["", "-1", "1.5", "1e3", "0x10", "1000001", "ten", " 5"])("cannot be '%s'", (text) => {
        expect(() => count(1)(text)).toThrow("It must be a whole number from 1 to 1000000.")
    })
})

describe("a server", () => {
    test.each([
        ["example.com", "example.com", 443],
        ["example.com:8443", "example.com", 8443],
        ["127.0.0.1:1", "127.0.0.1", 1],
        ["[::1]", "::1", 443],
        ["[2001:db8::1]:65535", "2001:db8::1", 65535],
    ])("may be %s", (text, host, port) => {
        expect(hostAndPort(text)).toEqual({ host, port })
    })

    test.each(["", ":443", "example.com:", "example.com:0", "example.com:65536", "example.com:-1"])(
        "cannot be '%s'",
        (text) => {
            expect(() => hostAndPort(text)).toThrow(
                "A server is host or host:port, such as example.com:8443 or [fd00::1]:8443.",
            )
        },
    )

    test.each(["::1", "https://example.com", "example.com/path", "two words", "[::1"])("cannot be '%s'", (text) => {
        expect(() => hostAndPort(text)).toThrow(
            "A server is host or host:port, such as example.com:8443 or [fd00::1]:8443.",
        )
    })

    test.each([
        ["bücher.example", "xn--bcher-kva.example"],
        ["BROKER.", "broker"],
        ["my_broker.local", "my_broker.local"],
        ["[0:0::1]", "::1"],
    ])("%s is %s", (text, host) => {
        expect(hostAndPort(text)).toEqual({ host, port: 443 })
    })

    test.each(["1.2.3", "1.2.3.4.5", "192.168.001.010", "[fe80::1%eth0]", "a..b"])("%s is no host", (text) => {
        expect(() => hostAndPort(text)).toThrow(text.replace(/[[\]]/g, ""))
    })
})

describe("a TLS version", () => {
    test.each([
        ["1.2", "1.2", "1.2"],
        ["1.3", "1.3", "1.3"],
        ["auto", "1.2", "1.3"],
    ])("may be %s", (text, minVersion, maxVersion) => {
        expect(versionRange(text)).toEqual({ minVersion, maxVersion })
    })

    test.each(["", "1.1", "1.4", "TLS1.3", "toString"])("cannot be '%s'", (text) => {
        expect(() => versionRange(text)).toThrow("It must be 1.2, 1.3 or auto.")
    })
})

test("a file that cannot be read is named in the error", () => {
    expect(() => readFile("no/such/ca.pem")).toThrow(
        expect.objectContaining({ code: "file-unreadable", message: expect.stringContaining("no/such/ca.pem") }),
    )
})
