import { type Blocker, printable, type Reporter, type WatchRecord } from "@gastown/convoy-core";
import type { Output } from "../output.ts";

export interface TextOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Convoys that wait or are left alone are only told of when that changes, not when they are first seen. */
  readonly changesOnly: boolean;
}

const NAMED_BLOCKERS = 3;

/** A line for each record a person wants to read, in the words of gt's own watcher where it had any. */
export function createTextReporter(output: Output, { quiet, verbose, changesOnly }: TextOptions): Reporter {
  let watching = !changesOnly;
  return (record) => {
    if (record.event === "watching") watching = true;
    if (record.event === "warning") {
      output.err(`Warning: ${printable(record.message)}`);
      if (record.hint !== undefined) output.err(`Hint: ${printable(record.hint)}`);
      return;
    }
    if (quiet && record.event !== "landed" && record.event !== "stuck") return;
    if (!verbose && isDetail(record, watching)) return;
    for (const line of lines(record, output)) output.out(line);
  };
}

function isDetail(record: WatchRecord, watching: boolean): boolean {
  if (record.event === "sweep" || record.event === "hello") return true;
  if (record.event === "close") return record.convoys.length === 0;
  return (record.event === "waiting" || record.event === "skipped") && !watching;
}

function lines(record: WatchRecord, { style }: Output): string[] {
  switch (record.event) {
    case "hello":
      return [
        `convoy-cli ${record.version}, pid ${record.pid}: town ${printable(record.town)}, bd ${record.bd ?? "not found"}, gt ${record.gt ?? "not found"}`,
      ];
    case "watching":
      return [style("dim", `watching ${plural(record.convoys, "open convoy")} (${record.sources.join(", ")})`)];
    case "close": {
      const issue = printable(record.issue);
      const seen = `detected close of ${issue}`;
      if (record.convoys.length === 0) return [seen];
      return [
        seen,
        `${issue} is tracked by ${record.convoys.length} convoy(s): ${record.convoys.map((id) => printable(id)).join(", ")}`,
      ];
    }
    case "waiting":
      return [
        `${named(record)} waits on ${record.total - record.done} of ${record.total}: ${waitsOn(record.blockers)}`,
      ];
    case "complete":
      return [`${named(record)} is complete: all ${plural(record.total, "tracked issue")} closed`];
    case "checking":
      return [style("dim", `running completion check for ${printable(record.convoy)}: ${printable(record.command)}`)];
    case "landed":
      return [
        style(
          ["bold", "green"],
          `✓ ${named(record)} landed: all tracked issues closed, convoy closed ${seconds(record.ms)} after the last`,
        ),
      ];
    case "stuck":
      return [
        style("red", `✗ ${named(record)} is stuck after ${plural(record.attempts, "attempt")}; gt said:`),
        ...record.output.split("\n").map((line) => `    ${printable(line)}`),
      ];
    case "skipped":
      return [`${named(record)} is left alone: ${printable(record.detail)}`];
    case "source":
      return [
        style(
          "dim",
          `source ${record.name} is ${record.state}${record.detail === undefined ? "" : ` (${printable(record.detail)})`}`,
        ),
      ];
    case "sweep":
      return [
        style(
          "dim",
          `swept ${plural(record.convoys, "open convoy")}, ${record.complete} complete, in ${record.ms} ms (${record.reason})`,
        ),
      ];
    case "stopped":
      return [style("dim", `stopped (${record.reason})`)];
    case "warning":
      return [];
  }
}

function named({ convoy, title }: { readonly convoy: string; readonly title: string }): string {
  return title === "" ? printable(convoy) : `${printable(convoy)} "${printable(title, 60)}"`;
}

function waitsOn(blockers: readonly Blocker[]): string {
  const shown = blockers.slice(0, NAMED_BLOCKERS).map((blocker) => printable(blocker.why));
  const more = blockers.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
