import type { Spread } from "./measure.ts";

/** Rows under a head; all cells are text. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was promised, and what was seen. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface BenchResult {
  readonly tables: readonly Table[];
  readonly targets?: readonly Target[] | undefined;
  /** What a reader must know to read the tables, a paragraph each. */
  readonly notes?: readonly string[] | undefined;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export interface BenchOptions {
  /** Few repetitions: to see that it works. */
  readonly quick: boolean;
  /** Says what is going on. */
  readonly say: (text: string) => void;
}

export interface Measured {
  readonly bench: Bench;
  readonly result: BenchResult;
}

/** One bench as a section. */
export function sectionOf({ bench, result }: Measured): string {
  return [`### ${bench.title}`, ...(result.notes ?? []), ...result.tables.map(tableOf)].join("\n\n");
}

export function targetsOf(all: readonly Target[]): string {
  return tableOf({
    head: ["what", "target", "measured", ""],
    rows: all.map(({ what, target, measured, met }) => [what, target, measured, met ? "met" : "**not met**"]),
  });
}

export function tableOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

const UNITS = [
  [1e3, "s"],
  [1, "ms"],
  [1e-3, "µs"],
] as const;

/** Milliseconds in the unit that suits them. */
export function time(ms: number): string {
  const [size, unit] = UNITS.find(([at]) => Math.abs(ms) >= at) ?? [1e-3, "µs"];
  return `${three(ms / size)} ${unit}`;
}

/** Three digits, as far as they say something. */
export function three(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 3) });
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Median, and in brackets what lies between the 5th and the 95th percentile. */
export function times({ median, p5, p95 }: Spread): string {
  return `${time(median)} (${time(p5)} – ${time(p95)})`;
}

export function ratio({ median, p5, p95 }: Spread): string {
  return `${three(median)}× (${three(p5)} – ${three(p95)})`;
}
