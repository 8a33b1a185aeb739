// The fleet's metrics for the world: OpenTelemetry's SDK serves them to Prometheus and pushes them by OTLP.
import type { IncomingMessage, ServerResponse } from "node:http"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http"
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import type { Fleet } from "./fleet.js"
import { producerOf } from "./metrics.js"

export interface OtlpOptions {
    /** The receiver; /v1/metrics where no path is given. */
    url: URL
    everyMs: number
    /** Undefined: what was pushed was taken. */
    onPush: (problem: string | undefined) => void
}

const METRICS_PATH = "/v1/metrics"

class ToldExporter extends OTLPMetricExporter {
    readonly #onPush: OtlpOptions["onPush"]

    constructor({ url, onPush }: OtlpOptions) {
        super({ url: url.pathname === "/" ? new URL(METRICS_PATH, url).href : url.href })
        this.#onPush = onPush
    }

    override export(...[items, done]: Parameters<OTLPMetricExporter["export"]>): void {
        super.export(items, (result) => {
            this.#onPush(result.code === 0 ? undefined : (result.error?.message ?? "no answer"))
            done(result)
        })
    }
}

export class Telemetry implements AsyncDisposable {
    readonly #prometheus: PrometheusExporter
    readonly #provider: MeterProvider

    constructor(fleet: Fleet, toolVersion: string, otlp?: OtlpOptions) {
        const metricProducers = [producerOf(fleet, toolVersion)]
        this.#prometheus = new PrometheusExporter({
            ...{ preventServerStart: true, withoutScopeInfo: true, metricProducers },
        })
        const readers: MetricReader[] = [this.#prometheus]
        if (otlp !== undefined) {
            readers.push(
                new PeriodicExportingMetricReader({
                    ...{ exporter: new ToldExporter(otlp), metricProducers },
                    exportIntervalMillis: otlp.everyMs,
                    exportTimeoutMillis: Math.min(otlp.everyMs, 10_000),
                }),
            )
        }
        this.#provider = new MeterProvider({
            resource: resourceFromAttributes({ "service.name": "warmhello-fleet", "service.version": toolVersion }),
            readers,
        })
    }

    /** Prometheus asks. */
    metrics(request: IncomingMessage, response: ServerResponse): void {
        this.#prometheus.getMetricsRequestHandler(request, response)
    }

    /** Pushes once more. A receiver that is away keeps nobody. */
    async [Symbol.asyncDispose](): Promise<void> {
        await this.#provider.shutdown().catch(() => {})
    }
}
