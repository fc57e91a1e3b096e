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
/** Undefined where it cannot be measured. */
type Value = number | readonly (readonly [labels: Labels, value: number])[] | undefined;

/** The text format of Prometheus, for the textfile collector of node_exporter. Times in seconds. */
export function prometheusLines({ town, well, watcher, convoys }: Measured): string[] {
  const metric = (type: string, name: string, help: string, value: Value): string[] => {
    const samples = typeof value === "number" ? [[{}, value] as const] : (value ?? []);
    const full = `convoy_watcher_${name}`;
    const lines = samples.map(([labels, one]) => `${full}{${labelsOf({ town, ...labels })}} ${one}`);
    return lines.length === 0 ? [] : [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines];
  };
  const gauge = (name: string, help: string, value: Value): string[] => metric("gauge", name, help, value);
  const counter = (name: string, help: string, value: Value): string[] => metric("counter", name, help, value);
  const { landing, queues } = watcher ?? {};
  return [
    gauge("up", "Whether a watcher is running.", Number(watcher !== null)),
    gauge("healthy", "Whether the town is watched as it should be.", Number(well)),
    gauge("start_time_seconds", "When the watcher was started.", seconds(watcher?.since)),
    gauge(
      "source_up",
      "Whether a source of hints is up.",
      watcher?.sources.map(({ name, state }) => [{ source: name }, Number(state === "up")]),
    ),
    gauge("convoys", "Open convoys by state.", byState(convoys)),
    counter("landed_total", "Convoys landed since the start.", watcher?.landed),
    counter("closed_by_others_total", "Convoys that others have closed since the start.", watcher?.closedByOthers),
    gauge("untold_convoys", "Landed convoys of which somebody was not told.", watcher?.untold.length),
    gauge(
      "landing_seconds",
      "From the hint to the close, over the last landings.",
      landing
        ? [
            [{ quantile: "0.5" }, landing.p50 / 1_000],
            [{ quantile: "0.99" }, landing.p99 / 1_000],
          ]
        : undefined,
    ),
    gauge(
      "queue_length",
      "Convoys that wait to be judged or landed, or whose time has not come.",
      Object.entries(queues ?? {}).map(([queue, length]) => [{ queue }, length]),
    ),
    gauge(
      "oldest_hint_timestamp_seconds",
      "When the oldest hint came that has not been judged yet.",
      seconds(watcher?.oldestHint),
    ),
    gauge(
      "last_sweep_timestamp_seconds",
      "When every open convoy was last looked at.",
      seconds(watcher?.lastSweep?.at),
    ),
  ].flat();
}

function byState(convoys: readonly ConvoyView[]): Value {
  const states = new Map(["waiting", "complete", "stuck", "owned", "staged", "empty"].map((state) => [state, 0]));
  for (const { verdict, stuck } of convoys) {
    const state = stuck === null ? verdict : "stuck";
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return [...states].map(([state, count]) => [{ state }, count]);
}

function seconds(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : Date.parse(time) / 1_000;
}

function labelsOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join(",");
}
