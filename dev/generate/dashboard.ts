// docs/fleet-dashboard.json: Grafana's dashboard of a fleet, made by Grafana's own builders from the names of the metrics.
import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge"
import {
    type BigValueGraphMode,
    type LegendDisplayMode,
    type LegendPlacement,
    ReduceDataOptionsBuilder,
    StackingConfigBuilder,
    type StackingMode,
    VizLegendOptionsBuilder,
    type VizOrientation,
} from "@grafana/grafana-foundation-sdk/common"
import {
    DashboardBuilder,
    DatasourceVariableBuilder,
    QueryVariableBuilder,
    type VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard"
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus"
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat"
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries"
import { prometheusLabel as label, prometheusName as name } from "../../ts/fleet/metric-names.js"

const source = { type: "prometheus", uid: "$datasource" }
const [result, server, firmware] = [label("result"), label("server"), label("firmware")]
const chosen = `${server}=~"$server",${firmware}=~"$firmware"`

/** Wakes of these results, of what is chosen above. */
const wakes = (results: string): string => `${name("wakes")}{${result}=~"${results}",${chosen}}`
const inRange = (series: string): string => `increase(${series}[$__range])`
const shareResumed = (over: (series: string) => string, by = ""): string =>
    `sum${by}(${over(wakes("resumed"))}) / sum${by}(${over(wakes("resumed|full"))})`
const rate = (series: string): string => `rate(${series}[$__rate_interval])`

const query = (expression: string, legend = ""): DataqueryBuilder =>
    new DataqueryBuilder().datasource(source).expr(expression).legendFormat(legend)

const now = (expression: string, legend = ""): DataqueryBuilder => query(expression, legend).instant()

const legend = () =>
    new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode("list" as LegendDisplayMode)
        .placement("bottom" as LegendPlacement)

function stat(title: string, unit: string, expression: string): Stat {
    return new Stat()
        .title(title)
        .datasource(source)
        .unit(unit)
        .graphMode("none" as BigValueGraphMode)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
        .height(5)
        .span(6)
        .withTarget(now(expression))
}

const timeSeries = (title: string, unit: string): TimeSeries =>
    new TimeSeries().title(title).datasource(source).unit(unit).legend(legend()).min(0).height(9).span(12)

function ranking(title: string, by: string, results: string): BarGauge {
    return new BarGauge()
        .title(title)
        .datasource(source)
        .unit("short")
        .orientation("horizontal" as VizOrientation)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
        .height(9)
        .span(12)
        .withTarget(now(`topk(10, sum by (${by}) (${inRange(wakes(results))}) > 0)`, `{{${by}}}`))
}

const quantile = (share: number): string =>
    `histogram_quantile(${share}, sum by (le, ${result}) (rate(${name("handshake")}_bucket{${server}=~"$server"}[$__rate_interval])))`

const choice = (variable: string, of: string): QueryVariableBuilder =>
    new QueryVariableBuilder(variable)
        .datasource(source)
        .query(`label_values(${name("wakes")}, ${of})`)
        .refresh(2 as VariableRefresh) // as the time range changes
        .includeAll(true)
        .multi(true)
        .allValue(".*")
        .current({ text: "All", value: "$__all" })

function meanEnergy(): string {
    const [sum, count] = ["sum", "count"].map(
        (part) => `sum by (${result}) (rate(${name("energy")}_${part}[$__rate_interval]))`,
    )
    return `${sum} / ${count}`
}

export function dashboardJson(): string {
    const dashboard = new DashboardBuilder("warmhello: a fleet's wakes")
        .uid("warmhello-fleet")
        .tags(["warmhello"])
        .refresh("30s")
        .time({ from: "now-24h", to: "now" })
        .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
        .withVariable(choice("server", server))
        .withVariable(choice("firmware", firmware))
        .withPanel(stat("Share resumed, of wakes that opened", "percentunit", shareResumed(inRange)))
        .withPanel(stat("Wakes", "short", `sum(${inRange(wakes(".*"))})`))
        .withPanel(stat("Devices", "short", name("devices")))
        .withPanel(stat("Devices to look at", "short", `sum(${name("outliers")})`))
        .withPanel(
            timeSeries("Share resumed, by server", "percentunit")
                .max(1)
                .withTarget(query(shareResumed(rate, ` by (${server}) `), `{{${server}}}`)),
        )
        .withPanel(
            timeSeries("Wakes a second, by result", "short")
                .fillOpacity(30)
                .stacking(new StackingConfigBuilder().mode("normal" as StackingMode))
                .withTarget(query(`sum by (${result}) (${rate(wakes(".*"))})`, `{{${result}}}`)),
        )
        .withPanel(ranking("Why wakes were full", label("reason"), "full"))
        .withPanel(ranking("Why wakes failed", label("error"), "failed"))
        .withPanel(
            timeSeries("Handshake, median and 95 of 100", "s")
                .withTarget(query(quantile(0.5), `{{${result}}}, median`))
                .withTarget(query(quantile(0.95), `{{${result}}}, 95 of 100`)),
        )
        .withPanel(timeSeries("Energy of a wake, mean", "joule").withTarget(query(meanEnergy(), `{{${result}}}`)))
        .withPanel(
            timeSeries("Share resumed, by firmware", "percentunit")
                .max(1)
                .withTarget(query(shareResumed(rate, ` by (${firmware}) `), `{{${firmware}}}`)),
        )
        .withPanel(
            timeSeries("Handshake bytes of a wake, by result", "bytes").withTarget(
                query(
                    `sum by (${result}) (rate(${name("bytes")}[$__rate_interval])) / sum by (${result}) (rate(${name("wakes")}[$__rate_interval]))`,
                    `{{${result}}}`,
                ),
            ),
        )
        .withPanel(
            timeSeries("Devices to look at, by what is wrong", "short").withTarget(
                query(`sum by (${label("outlier")}) (${name("outliers")})`, `{{${label("outlier")}}}`),
            ),
        )
        .withPanel(
            timeSeries("Messages that were no report", "short").withTarget(
                query(`sum by (${label("cause")}) (${rate(name("refused"))})`, `{{${label("cause")}}}`),
            ),
        )
    return `${JSON.stringify(dashboard.build(), null, 2)}\n`
}
