// The fleet as OpenTelemetry's SDK wants it. The SDK's own counters begin anew with each process; what is counted here
// outlives it, so the numbers are given to the SDK as they are, by a MetricProducer, and it does all else.
import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api"
import { resourceFromAttributes } from "@opentelemetry/resources"
import {
    AggregationTemporality,
    type CollectionResult,
    type DataPoint,
    DataPointType,
    type MetricData,
    type MetricProducer,
} from "@opentelemetry/sdk-metrics"
import type { Fleet } from "./fleet.js"
import type { HistogramState } from "./histogram.js"
import { attributes, energyBoundsJ, handshakeBoundsS, type MetricName, metrics } from "./metric-names.js"

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]

type Named = Partial<Record<keyof typeof attributes, string>>

/** Under their names as attributes; what is not known is not said. */
const named = (labels: Named): Attributes =>
    Object.fromEntries(
        Object.entries(labels)
            .filter(([, value]) => value !== "")
            .map(([name, value]) => [attributes[name as keyof typeof attributes], value]),
    )

/** "TLS1.3" is 1.3 for tls.protocol.version. */
const version = (protocol: string): string => protocol.replace(/^TLS/, "")

/** The values of one metric, each with its labels. */
type Values<T> = [Named, T][]

class Collection {
    readonly #fleet: Fleet
    readonly #start: HrTime
    readonly #end = hrTime(Date.now())

    constructor(fleet: Fleet) {
        this.#fleet = fleet
        this.#start = hrTime(fleet.sinceMs)
    }

    all(): MetricData[] {
        const { totals, devices, refused, repeated } = this.#fleet
        const wakes = [...totals.wakes()]
        const figures = [...totals.figures()]
        const bytes: Values<number> = wakes.map(({ labels: { result, protocol }, handshakeBytes }) => [
            { result, protocol: version(protocol) },
            handshakeBytes,
        ])
        return [
            this.#sum(
                "wakes",
                wakes.map(({ labels, wakes: n }) => [{ ...labels, protocol: version(labels.protocol) }, n]),
            ),
            this.#sum("bytes", summed(bytes)),
            this.#histogram(
                "handshake",
                figures.map(({ labels, handshakeS }) => [labels, handshakeS]),
                handshakeBoundsS,
            ),
            this.#histogram(
                "energy",
                figures.map(({ labels, energyJ }) => [labels, energyJ]),
                energyBoundsJ,
            ),
            this.#gauge("devices", [[{}, devices.size]]),
            this.#gauge(
                "outliers",
                Object.entries(this.#fleet.outlierCounts()).map(([outlier, n]) => [{ outlier }, n]),
            ),
            this.#sum(
                "refused",
                Object.entries(refused).map(([cause, n]) => [{ cause }, n]),
            ),
            this.#sum("repeated", [[{}, repeated]]),
        ]
    }

    #points<T>(values: Values<T>): DataPoint<T>[] {
        return values.map(([labels, value]) => ({
            ...{ startTime: this.#start, endTime: this.#end, value },
            attributes: named(labels),
        }))
    }

    #about(name: MetricName, valueType: ValueType) {
        return {
            descriptor: { ...metrics[name], valueType },
            aggregationTemporality: AggregationTemporality.CUMULATIVE,
        }
    }

    #sum(name: MetricName, values: Values<number>): MetricData {
        return {
            ...this.#about(name, ValueType.INT),
            dataPointType: DataPointType.SUM,
            isMonotonic: true,
            dataPoints: this.#points(values),
        }
    }

    #gauge(name: MetricName, values: Values<number>): MetricData {
        return {
            ...this.#about(name, ValueType.INT),
            dataPointType: DataPointType.GAUGE,
            dataPoints: this.#points(values),
        }
    }

    #histogram(
        name: MetricName,
        values: [Figure: Named & { protocol: string }, HistogramState][],
        bounds: readonly number[],
    ): MetricData {
        const told = values.filter(([, { count }]) => count > 0)
        const points = told.map(([labels, { counts, ...rest }]): Values<DataPointHistogram>[number] => [
            { ...labels, protocol: version(labels.protocol) },
            { ...rest, buckets: { boundaries: [...bounds], counts: [...counts] } },
        ])
        return {
            ...this.#about(name, ValueType.DOUBLE),
            dataPointType: DataPointType.HISTOGRAM,
            dataPoints: this.#points(points),
        }
    }
}

interface DataPointHistogram extends Omit<HistogramState, "counts"> {
    buckets: { boundaries: number[]; counts: number[] }
}

/** One value for each set of labels. */
function summed(values: Values<number>): Values<number> {
    const sums = new Map<string, [Named, number]>()
    for (const [labels, value] of values) {
        const key = JSON.stringify(labels)
        sums.set(key, [labels, (sums.get(key)?.[1] ?? 0) + value])
    }
    return [...sums.values()]
}

/** Gives the SDK's readers the fleet as it is when they ask. */
export function producerOf(fleet: Fleet, toolVersion: string): MetricProducer {
    return {
        collect: (): Promise<CollectionResult> =>
            Promise.resolve({
                errors: [],
                resourceMetrics: {
                    resource: resourceFromAttributes({}), // the SDK's own is used
                    scopeMetrics: [
                        { scope: { name: "warmhello", version: toolVersion }, metrics: new Collection(fleet).all() },
                    ],
                },
            }),
    }
}
