// The metrics of a fleet, once: for OpenTelemetry, for the dashboard, and for docs/FLEET.md.

/** Upper bounds, seconds: from a desk to a board that computes P-384 over a slow network. */
export const handshakeBoundsS = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10,
] as const satisfies number[]
/** Upper bounds, joules. */
export const energyBoundsJ = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2, 5,
] as const satisfies number[]

export const metrics = {
    wakes: {
        name: "warmhello.wakes",
        unit: "{wake}",
        description: "Wakes that were reported, by result and reason",
    },
    handshake: {
        name: "warmhello.handshake.duration",
        unit: "s",
        description: "How long the TLS handshake took, on the device's clock",
    },
    bytes: {
        name: "warmhello.handshake.io",
        unit: "By",
        description: "TLS bytes of handshakes on the wire, both ways",
    },
    energy: {
        name: "warmhello.wake.energy",
        unit: "J",
        description: "What a wake drew, as far as the firmware estimates it",
    },
    devices: {
        name: "warmhello.devices",
        unit: "{device}",
        description: "Devices that are remembered one by one",
    },
    outliers: {
        name: "warmhello.devices.outlying",
        unit: "{device}",
        description: "Devices that fail, or make a full handshake, each wake, or whose CA ends within 60 days",
    },
    refused: {
        name: "warmhello.reports.refused",
        unit: "{report}",
        description: "Messages that were no report, and were skipped",
    },
    repeated: {
        name: "warmhello.reports.repeated",
        unit: "{report}",
        description: "Reports that a broker sent again after they had been counted",
    },
} as const
export type MetricName = keyof typeof metrics

/** The labels of each metric, under OpenTelemetry's names where it has one. */
export const attributes = {
    result: "warmhello.result",
    reason: "warmhello.reason",
    error: "error.type",
    kind: "warmhello.session.kind",
    protocol: "tls.protocol.version",
    server: "server.address",
    firmware: "warmhello.firmware",
    outlier: "warmhello.outlier",
    cause: "warmhello.cause",
} as const

/** As Prometheus has a name: no dots, and counters end in _total. */
export const prometheusLabel = (name: keyof typeof attributes): string => attributes[name].replaceAll(".", "_")

const COUNTERS: readonly MetricName[] = ["wakes", "bytes", "refused", "repeated"]

/** Of a metric, as Prometheus is told it. */
export const prometheusName = (metric: MetricName): string =>
    metrics[metric].name.replaceAll(".", "_") + (COUNTERS.includes(metric) ? "_total" : "")
