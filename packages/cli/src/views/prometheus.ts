import type { ConvoyView } from "./convoy.ts";
import type { WatcherView } from "./watcher.ts";

/** What is measured, at one moment. */
export interface Measured {
  readonly town: string;
  readonly well: boolean;
  readonly watcher: WatcherView | null;
  readonly convoys: readonly ConvoyView[];
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];
type Metric = readonly [name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]];

/** The text format of Prometheus, for the textfile collector of node_exporter. Times in seconds. */
export function prometheusLines(measured: Measured): string[] {
  return metricsOf(measured).flatMap(([name, type, help, samples]) =>
    samples.length === 0
      ? []
      : [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...samples.map(([labels, value]) => `${name}{${labelsOf({ town: measured.town, ...labels })}} ${value}`),
        ],
  );
}

function metricsOf({ well, watcher, convoys }: Measured): Metric[] {
  const one = (value: number): Sample[] => [[{}, value]];
  const at = (time: string | null | undefined): Sample[] =>
    time === null || time === undefined ? [] : one(Date.parse(time) / 1_000);
  const states = new Map<string, number>(
    ["waiting", "complete", "stuck", "owned", "staged", "empty"].map((state) => [state, 0]),
  );
  for (const { verdict, stuck } of convoys) {
    const state = stuck === null ? verdict : "stuck";
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const { queues = null, landing = null } = watcher ?? {};
  return [
    ["convoy_watcher_up", "gauge", "Whether a watcher is running.", one(watcher === null ? 0 : 1)],
    ["convoy_watcher_healthy", "gauge", "Whether the town is watched as it should be.", one(well ? 1 : 0)],
    ["convoy_watcher_start_time_seconds", "gauge", "When the watcher was started.", at(watcher?.since)],
    [
      "convoy_watcher_source_up",
      "gauge",
      "Whether a source of hints is up.",
      (watcher?.sources ?? []).map(({ name, state }) => [{ source: name }, state === "up" ? 1 : 0]),
    ],
    [
      "convoy_watcher_convoys",
      "gauge",
      "Open convoys by state.",
      [...states].map(([state, count]) => [{ state }, count]),
    ],
    ["convoy_watcher_landed_total", "counter", "Convoys landed since the start.", watcher ? one(watcher.landed) : []],
    [
      "convoy_watcher_closed_by_others_total",
      "counter",
      "Convoys that others have closed since the start.",
      watcher ? one(watcher.closedByOthers) : [],
    ],
    [
      "convoy_watcher_untold_convoys",
      "gauge",
      "Landed convoys of which somebody was not told.",
      watcher ? one(watcher.untold.length) : [],
    ],
    [
      "convoy_watcher_landing_seconds",
      "gauge",
      "From the hint to the close, over the last landings.",
      landing === null
        ? []
        : [
            [{ quantile: "0.5" }, landing.p50 / 1_000],
            [{ quantile: "0.99" }, landing.p99 / 1_000],
          ],
    ],
    [
      "convoy_watcher_queue_length",
      "gauge",
      "Convoys that wait to be judged or landed, or whose time has not come.",
      queues === null ? [] : Object.entries(queues).map(([queue, length]) => [{ queue }, length]),
    ],
    [
      "convoy_watcher_oldest_hint_timestamp_seconds",
      "gauge",
      "When the oldest hint came that has not been judged yet.",
      at(watcher?.oldestHint),
    ],
    [
      "convoy_watcher_last_sweep_timestamp_seconds",
      "gauge",
      "When every open convoy was last looked at.",
      at(watcher?.lastSweep?.at),
    ],
  ];
}

function labelsOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join(",");
}
