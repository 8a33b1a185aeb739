// Host names and addresses, as people write them, against those in certificates (RFC 9525).
import { domainToASCII } from "node:url"
import { authorityCertificate, distinguishedName, HOST, serverCertificate } from "./certificates.js"
import { type GeneralName, subjectAltName } from "./extensions.js"
import { type Row, type Says, table } from "./table.js"

type Names = readonly (string | GeneralName)[]

/** A server with these alternative names, asked for as this host. */
const name = (host: string, names: Names, says: Says, more: Partial<Row> & { as?: string } = {}): Row => ({
    title: more.as ?? `${host} against ${names.map(written).join(", ")}`,
    says,
    make: () => serverNamed(host, names),
    ...more,
})

/** The same with common names. */
const common = (host: string, commonNames: string[], names: Names, says: Says, more: Partial<Row> = {}): Row => ({
    title: `${host} against the common name ${commonNames.join(" and ")}${names.length > 0 ? ` beside ${names.map(written).join(", ")}` : ""}`,
    says,
    make: () => serverNamed(host, names, commonNames),
    ...more,
})

function serverNamed(host: string, names: Names, commonNames = ["server"]) {
    const issuer = authorityCertificate()
    const subject = distinguishedName(commonNames.map((each) => ["CN", each]))
    return { sent: [serverCertificate({ issuer, names, subject })], trusted: [issuer], host }
}

function written(each: string | GeneralName): string {
    return typeof each === "string"
        ? each
        : Object.values(each)
              .map((value) => JSON.stringify(value))
              .join()
}

const dns = (text: string): GeneralName => ({ dNSName: text })
const LABEL_63 = "a".repeat(63)
const NAME_253 = `${[LABEL_63, LABEL_63, LABEL_63, "a".repeat(56)].join(".")}.test`
const CN_BESIDE =
    "RFC 9525 2: the common name is no name of a host; here it counts only where there is no subjectAltName"
const CN_ADDRESS = "RFC 9525 6.4: an address is looked for among iPAddress only"
const LOOSE = "RFC 6943 3.1.1: an address that is written loosely means one thing here and another there"

const A_LABELS = "RFC 5280 7.2: certificates hold A-labels, such as xn--bcher-kva; the client takes those alone"
const NO_NAMES = "RFC 5280 4.2.1.6: a subjectAltName holds one name at least"
const LABELS = "RFC 1035 2.3.4: a label has 1 to 63 bytes, a name 255 on the wire, that is 253 as written"
const ZONE = "RFC 4007 11: a zone has a meaning on one machine only, and no certificate holds one"

const rows: Row[] = [
    // ---- Hosts of every look
    ...["broker", "homeassistant", "raspberrypi", "mqtt-1", "localhost", "a"].map((host) => name(host, [host], "open")),
    name("broker", ["server"], "wrong-name"),
    name("my_device.example.com", ["my_device.example.com"], "open"),
    name("_mqtt._tcp.example.com", ["_mqtt._tcp.example.com"], "open"),
    name("esp_32", ["esp_32"], "open"),
    name("foo.123", ["foo.123"], "open"),
    name("7.example.com", ["7.example.com"], "open"),
    name("123", ["0.0.0.123"], "host-unusable", { unlikeCurl: LOOSE }),
    name("3com.com", ["3com.com"], "open"),
    name("a--b.example.com", ["a--b.example.com"], "open"),
    name("xn--bcher-kva.example", ["xn--bcher-kva.example"], "open"),
    name("bücher.example", ["xn--bcher-kva.example"], "host-unusable", { unlikeCurl: A_LABELS }),
    name("BÜCHER.example", ["xn--bcher-kva.example"], "host-unusable", { unlikeCurl: A_LABELS }),
    name("工房.example", [domainToASCII("工房.example")], "host-unusable", { unlikeCurl: A_LABELS }),
    name("straße.example", [domainToASCII("straße.example")], "host-unusable", { unlikeCurl: A_LABELS }),
    name("bücher.example", ["xn--other.example"], "host-unusable"),
    name("DEVICE.Warmhello.TEST", [HOST], "open"),
    name(HOST, ["DEVICE.Warmhello.TEST"], "open"),
    name(`${HOST}.`, [HOST], "open"),
    name(HOST, [`${HOST}.`], "open"),
    name(`${HOST}.`, [`${HOST}.`], "open"),
    name("broker.", ["broker"], "open"),
    name("www.example.com", ["www.example.org"], "wrong-name"),
    name("example.com", ["www.example.com"], "wrong-name"),
    name("www.example.com", ["example.com"], "wrong-name"),
    name("ww.example.com", ["www.example.com"], "wrong-name"),
    name("www.example.com", ["w.example.com", "ww.example.com", "www.example.com"], "open"),
    name(NAME_253, [NAME_253], "open", { as: "a name of 253 bytes" }),
    name(`${LABEL_63}.test`, [`${LABEL_63}.test`], "open", { as: "a label of 63 bytes" }),
    // ---- Wildcards
    name("www.example.com", ["*.example.com"], "open"),
    name("WWW.EXAMPLE.com", ["*.Example.com"], "open"),
    name("www.example.com.", ["*.example.com"], "open"),
    name("a.b.example.com", ["*.example.com"], "wrong-name"),
    name("example.com", ["*.example.com"], "wrong-name"),
    name(".example.com", ["*.example.com"], "host-unusable", { unlikeCurl: LABELS }),
    name("foo.example.com", ["f*.example.com"], "wrong-name"),
    name("foo.example.com", ["*o.example.com"], "wrong-name"),
    name("foo.example.com", ["f*o.example.com"], "wrong-name"),
    name("a.b.example.com", ["*.*.example.com"], "wrong-name"),
    name("a.b.example.com", ["a.*.example.com"], "wrong-name"),
    name("broker", ["*"], "wrong-name"),
    name("example.com", ["*.com"], "wrong-name"),
    name("example.com", ["*"], "wrong-name"),
    name("homeassistant.local", ["*.local"], "wrong-name"),
    name("a.localhost", ["*.localhost"], "wrong-name"),
    name("device.home.arpa", ["*.home.arpa"], "open"),
    name("xn--bcher-kva.example.com", ["*.example.com"], "open"),
    name("bücher.example.com", ["*.example.com"], "host-unusable", { unlikeCurl: A_LABELS }),
    name("xn--bcher-kva.example.com", ["xn--*.example.com"], "wrong-name"),
    name("my_device.example.com", ["*.example.com"], "open"),
    name("192.0.2.7", [dns("*.0.2.7")], "wrong-name"),
    name("192.0.2.7", [dns("*")], "wrong-name"),
    common("www.example.com", ["*.example.com"], [], "open"),
    common("a.b.example.com", ["*.example.com"], [], "wrong-name"),
    // ---- Addresses
    name("192.0.2.7", ["192.0.2.7"], "open"),
    name("192.0.2.7", ["192.0.2.8"], "wrong-name"),
    name("192.0.2.7", [dns("192.0.2.7")], "wrong-name"),
    name("192.0.2.7", [dns("www.example.com"), "192.0.2.7"], "open"),
    common("192.0.2.7", ["192.0.2.7"], [], "wrong-name", { unlikeCurl: CN_ADDRESS }),
    common("192.0.2.7", ["192.0.2.7"], [dns("www.example.com")], "wrong-name"),
    name("www.example.com", ["192.0.2.7"], "wrong-name"),
    name("::1", ["::1"], "open"),
    name("[::1]", ["::1"], "open"),
    name("0:0:0:0:0:0:0:1", ["::1"], "open"),
    name("0000:0000:0000:0000:0000:0000:0000:0001", ["::1"], "open"),
    name("2001:DB8::A", ["2001:db8::a"], "open"),
    name("[2001:DB8:0:0::000A]", ["2001:db8::a"], "open"),
    name("2001:db8::192.0.2.7", ["2001:db8::c000:207"], "open"),
    name("2001:db8::a", ["2001:db8::b"], "wrong-name"),
    name("2001:db8::a", [dns("2001:db8::a")], "wrong-name"),
    common("2001:db8::a", ["2001:db8::a"], [], "wrong-name", { unlikeCurl: CN_ADDRESS }),
    name("::ffff:192.0.2.7", ["::ffff:c000:207"], "open"),
    name("::ffff:192.0.2.7", ["192.0.2.7"], "wrong-name"),
    name("192.0.2.7", ["::ffff:c000:207"], "wrong-name"),
    // ---- The common name
    common(HOST, [HOST], [], "open"),
    common(HOST, [HOST.toUpperCase()], [], "open"),
    common("broker", ["broker"], [], "open"),
    common(HOST, ["other.example"], [], "wrong-name"),
    common(HOST, [HOST], [dns("other.example")], "wrong-name"),
    common(HOST, [HOST], ["192.0.2.7"], "wrong-name"),
    common(HOST, [HOST], [{ rfc822Name: "a@example.com" }], "wrong-name", { unlikeCurl: CN_BESIDE }),
    common(HOST, [HOST], [{ uniformResourceIdentifier: "urn:example:device" }], "wrong-name", {
        unlikeCurl: CN_BESIDE,
    }),
    common(HOST, ["other.example", HOST], [], "open"),
    common(HOST, [HOST, "other.example"], [], "wrong-name"),
    common(HOST, ["Example Corporation"], [HOST], "open"),
    // ---- Names that are not what they seem
    {
        title: "alternative names without any, beside the common name",
        says: "bad-certificate",
        unlikeCurl: NO_NAMES,
        make: () => {
            const issuer = authorityCertificate()
            const server = serverCertificate({ issuer, subject: HOST, extensions: [subjectAltName([])] })
            return { sent: [server], trusted: [issuer] }
        },
    },
    name(HOST, [dns(`${HOST}\0.example.com`)], "wrong-name"),
    name("www.example.com", [dns("www.example.com\0")], "wrong-name"),
    common(HOST, [`${HOST}\0.example.com`], [], "wrong-name"),
    name(HOST, [dns("")], "wrong-name"),
    name(HOST, [dns(""), HOST], "open"),
    name(HOST, [dns(` ${HOST}`)], "wrong-name"),
    name(HOST, [dns(`${HOST}:8883`)], "wrong-name"),
    name(HOST, [dns(`https://${HOST}/`)], "wrong-name"),
    name(HOST, [{ uniformResourceIdentifier: `https://${HOST}/` }], "wrong-name"),
    // ---- No host at all
    name("1.2.3.4.5", [dns("1.2.3.4.5")], "host-unusable", { unlikeCurl: LOOSE }),
    name("192.168.1", ["192.168.0.1"], "host-unusable", { unlikeCurl: LOOSE }),
    name("192.168.001.010", ["192.168.1.8"], "host-unusable", { unlikeCurl: LOOSE }),
    name("0x7f000001", ["127.0.0.1"], "wrong-name", { unlikeCurl: LOOSE }),
    name("256.1.1.1", [dns("256.1.1.1")], "host-unusable", { unlikeCurl: LOOSE }),
    name("fe80::1%eth0", ["fe80::1"], "host-unusable", { unlikeCurl: ZONE }),
    name("1::2::3", ["1::3"], "host-unusable"),
    name("https://www.example.com", ["www.example.com"], "host-unusable"),
    name("www.example.com:8883", ["www.example.com"], "host-unusable"),
    name("www example.com", [dns("www example.com")], "host-unusable"),
    name(" www.example.com", ["www.example.com"], "host-unusable"),
    name("www..example.com", ["www..example.com"], "host-unusable", { unlikeCurl: LABELS }),
    name("www.example.com..", ["www.example.com"], "host-unusable"),
    name(".", [dns(".")], "host-unusable"),
    name(`${"a".repeat(64)}.test`, [`${"a".repeat(64)}.test`], "host-unusable", {
        as: "a label of 64 bytes",
        unlikeCurl: LABELS,
    }),
    name(`a${NAME_253}`, [`a${NAME_253}`], "host-unusable", { as: "a name of 254 bytes", unlikeCurl: LABELS }),
]

table("names", rows)
