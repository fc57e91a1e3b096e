import { printable, type WatchRecord } from "@gastown/convoy-core";
import type { Output } from "../output.ts";
import { convoysOn, type DemoConvoy, type DemoStore } from "./cast.ts";
import type { Marks } from "./marks.ts";
import type { Screen } from "./screen.ts";

const SEEN_BY: Readonly<Record<string, string>> = { bd: "in bd activity", db: "in the database" };

const BLIND = "gt cannot see a rig's issue here; the watcher has read it as closed in its own database";

/** Tells what the watcher reports, once it watches; the rest is for its log. */
export function createNarrator(
  screen: Screen,
  output: Output,
  marks: Marks,
  store: DemoStore,
): (record: WatchRecord) => void {
  const convoyOf = ({ convoy }: { readonly convoy: string }): DemoConvoy | undefined =>
    convoysOn(store).find(({ id }) => id === convoy);
  const closed = new Set<string>();
  const told = new Set<string>();
  let watching = false;

  return (record) => {
    switch (record.event) {
      case "hello":
        watching = false;
        break;
      case "watching":
        watching = true;
        break;
      case "complete":
        if (watching) break;
        for (const issue of convoyOf(record)?.tracks ?? []) closed.add(issue);
        screen.cue(
          "watcher",
          `${bar({ done: record.done, total: record.total }, marks)} ${name(record)}: found complete at the start`,
        );
        break;
      case "close":
        if (closed.has(record.issue) || record.convoys.length === 0 || !watching) break;
        closed.add(record.issue);
        screen.cue("watcher", `${printable(record.issue)} is done (seen ${SEEN_BY[record.source] ?? record.source})`);
        break;
      case "waiting": {
        const text = `${bar(record, marks)} ${name(record)}: waits on ${waitsOn(record)}`;
        if (watching && !told.has(text)) screen.cue("watcher", text);
        told.add(text);
        break;
      }
      case "checking":
        screen.cue("watcher", output.style("dim", `$ ${printable(record.command)}`));
        if (store === "dolt" && record.command.includes(" --force ") && !told.has(BLIND)) {
          screen.cue("watcher", BLIND);
          told.add(BLIND);
        }
        break;
      case "landed":
        screen.cue(
          `${marks.landed} LANDED`,
          output.style("green", `${name(record)}, ${record.ms} ms after ${convoyOf(record)?.after ?? "a hint"}`),
        );
        break;
      case "stuck":
        screen.cue(
          "watcher",
          output.style("red", `${marks.failed} ${name(record)} is stuck: ${printable(record.output)}`),
        );
        break;
      case "warning":
        screen.cue("watcher", printable(record.message));
        break;
      default:
    }
  };
}

/** Progress as a bar, one part for each tracked issue. */
export function bar({ done, total }: { readonly done: number; readonly total: number }, marks: Marks): string {
  return marks.full.repeat(done) + marks.empty.repeat(total - done);
}

function name({ convoy, title }: { readonly convoy: string; readonly title?: string }): string {
  return printable(title || convoy);
}

function waitsOn({ blockers }: WatchRecord & { readonly event: "waiting" }): string {
  return blockers.map(({ issue }) => printable(issue)).join(", ");
}
