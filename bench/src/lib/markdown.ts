import type { Bench, BenchResult, Table, Target } from "./result.ts";

export interface Measured {
  readonly bench: Bench;
  readonly result: BenchResult;
}

/** One bench as a section. */
export function sectionOf({ bench, result }: Measured): string {
  return [
    `### ${bench.title}`,
    ...(result.notes ?? []),
    ...result.tables.map(tableOf),
    ...(result.plots ?? []).map((plot) => `![${plot.title}](performance/${plot.file}.svg)`),
  ].join("\n\n");
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
