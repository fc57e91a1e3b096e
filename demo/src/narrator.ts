import type { styleText } from "node:util";
import { printable, type WatchRecord } from "@gastown/convoy-core";
import { wrapAnsi } from "fast-wrap-ansi";
import { convoysOn, type DemoConvoy, type DemoStore } from "./town.ts";

/** Where the demo is shown. */
export interface Output {
  out(line: string): void;
  style(style: Parameters<typeof styleText>[0], text: string): string;
}

const WIDEST = 88;
const NARROWEST = 20;
/** From this width on there is a column for who does something. */
const ROOMY = 60;
const WHO = 10;
const LEFT = 24;

/** Prose and lines on a terminal of any width. */
export interface Screen {
  /** An empty line. */
  gap(): void;
  /** A paragraph, `indent` columns from the left; its further lines by `hanging` more. */
  say(text: string, indent?: number, hanging?: number): void;
  /** A line of a table with two columns, the first one painted. */
  row(left: string, right: string, paint?: (text: string) => string): void;
  /** What somebody does or notices. */
  cue(who: string, text: string): void;
}

/** @param columns width of the terminal as of now; undefined when there is none */
export function createScreen(output: Output, columns: () => number | undefined): Screen {
  const width = (): number => Math.max(NARROWEST, Math.min(WIDEST, columns() ?? 80)) - 1;
  const wrapped = (text: string, room: number, first: string, rest: string): void => {
    const lines = wrapAnsi(text, room, { hard: true, trim: true }).split("\n");
    for (const [index, line] of lines.entries()) output.out((index === 0 ? first : rest) + line);
  };
  const say: Screen["say"] = (text, indent = 0, hanging = 0) =>
    wrapped(text, width() - indent - hanging, " ".repeat(indent), " ".repeat(indent + hanging));
  return {
    gap: () => output.out(""),
    say,
    row: (left, right, paint = (text) => text) =>
      say(`${paint(left.padEnd(width() < ROOMY ? 0 : LEFT))} ${right}`, 1, 2),
    cue(who, text) {
      const name = output.style(styleOf(who), who);
      if (width() < ROOMY) return wrapped(`${name} ${text}`, width() - 3, " ", "   ");
      wrapped(text, width() - 4 - WHO, `    ${name}${" ".repeat(Math.max(1, WHO - who.length))}`, " ".repeat(4 + WHO));
    },
  };
}

function styleOf(who: string): Parameters<Output["style"]>[0] {
  if (who === "watcher") return "cyan";
  return who.includes("LANDED") ? ["bold", "green"] : "magenta";
}

const SEEN_BY: Readonly<Record<string, string>> = { bd: "in bd activity", db: "in the database" };

const BLIND = "gt cannot see a rig's issue here; the watcher has read it as closed in its own database";

/** Tells what the watcher reports, once it watches; the rest is for its log. */
export function createNarrator(
  screen: Screen,
  style: Output["style"],
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
        screen.cue("watcher", `${bar(record)} ${titleOf(record)}: found complete at the start`);
        break;
      case "close":
        if (closed.has(record.issue) || record.convoys.length === 0 || !watching) break;
        closed.add(record.issue);
        screen.cue("watcher", `${printable(record.issue)} is done (seen ${SEEN_BY[record.source] ?? record.source})`);
        break;
      case "waiting": {
        const text = `${bar(record)} ${titleOf(record)}: waits on ${waitsOn(record)}`;
        if (watching && !told.has(text)) screen.cue("watcher", text);
        told.add(text);
        break;
      }
      case "checking":
        screen.cue("watcher", style("dim", `$ ${printable(record.command)}`));
        if (store === "dolt" && record.command.includes(" --force ") && !told.has(BLIND)) {
          screen.cue("watcher", BLIND);
          told.add(BLIND);
        }
        break;
      case "landed":
        screen.cue(
          "✓ LANDED",
          style("green", `${titleOf(record)}, ${record.ms} ms after ${convoyOf(record)?.after ?? "a hint"}`),
        );
        break;
      case "stuck":
        screen.cue("watcher", style("red", `✗ ${titleOf(record)} is stuck: ${printable(record.output)}`));
        break;
      case "warning":
        screen.cue("watcher", printable(record.message));
        break;
      default:
    }
  };
}

/** Progress as a bar, one part for each tracked issue. */
function bar({ done, total }: { readonly done: number; readonly total: number }): string {
  return "█".repeat(done) + "░".repeat(total - done);
}

function titleOf({ convoy, title }: { readonly convoy: string; readonly title?: string }): string {
  return printable(title || convoy);
}

function waitsOn({ blockers }: WatchRecord & { readonly event: "waiting" }): string {
  return blockers.map(({ issue }) => printable(issue)).join(", ");
}
