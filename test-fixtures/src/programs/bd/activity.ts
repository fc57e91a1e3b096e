import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BdControl, Exit } from "../../control.ts";
import { readRoutes, upward } from "../../town/places.ts";
import {
  type Args,
  duration,
  earlierCalls,
  end,
  fail,
  finish,
  out,
  startGrandchild,
  state,
  stayAlive,
} from "../lib/stand-in.ts";

const noRoutes = "Error: not in an orchestrator environment (no routes.jsonl found in any parent .beads directory)";
const noDaemons = "Error: no rig daemons running\nHint: Start daemons with 'bd daemons start' in each rig";
const noDaemon =
  "Error: activity command requires daemon (mutations not available in direct mode)\n" +
  "Hint: Start daemon with 'bd daemons start .' or remove --no-daemon flag";
const unknown = `Error: unknown command "activity" for "bd"\nRun 'bd --help' for usage.`;

/** The end that is due for this start, when any is. */
const dueEnd = (control: BdControl): Exit | undefined => {
  if (control.runs === undefined) return control.exit;
  const nth = earlierCalls("bd", ({ argv }) => argv.includes("activity"));
  return control.runs[Math.min(nth, control.runs.length - 1)];
};

const onSignals = (control: BdControl): void => {
  process.on("SIGINT", () => finish(0));
  process.on("SIGTERM", () => {
    if (control.ignoreSigterm !== true) finish(0);
  });
};

/** `bd activity`, with what the control file makes of it. */
export const activity = async (args: Args, control: BdControl): Promise<void> => {
  if (control.activity === "unknown") fail(unknown);
  onSignals(control);
  if (control.grandchild === true) startGrandchild();
  const due = dueEnd(control);
  if (due !== undefined && due.ms !== null) setTimeout(() => end(due), due.ms);
  if (control.activity === "silent") await stayAlive();
  if (control.activity === "raw") {
    if (control.raw !== undefined) out(readFileSync(control.raw.file));
    await stayAlive();
  }
  if (!args.flag("--town")) fail(noDaemon);

  const town = upward(process.cwd(), ".beads/routes.jsonl") ?? fail(noRoutes);
  if (!existsSync(join(town, ".beads"))) fail(noRoutes);
  const feeds = reachable(town);
  if (feeds === "no routes") fail("Error: no routes found in routes.jsonl");
  else if (feeds.length === 0 || control.activity === "no-daemons") fail(noDaemons);
  else if (!args.flag("--follow", "-f")) out(once(feeds, control));
  else {
    const interval = duration(args.value("--interval") ?? "") ?? control.intervalMs ?? 500;
    for (const lines of follow(feeds, () => state().bd ?? {})) {
      if (lines.length > 0) out(lines);
      await sleep(interval);
    }
  }
};

/** What one daemon remembers: a file of event lines in the rig's `.beads`. */
interface Feed {
  readonly names: readonly string[];
  readonly file: string;
  /** Bytes read so far. */
  read: number;
  /** The daemon was lost; this process never connects again. */
  deaf: boolean;
}

interface Line {
  readonly bytes: Uint8Array;
  /** Unix ms; NaN when the line is no event. */
  readonly time: number;
}

const started = Date.now();

/** `redirect` as `bd activity` takes it: relative to `.beads` itself, which is wrong, so mostly not at all. */
const daemonDir = (beadsDir: string): string => {
  const file = join(beadsDir, "redirect");
  const target = existsSync(file) ? join(beadsDir, readFileSync(file, "utf8").trim()) : beadsDir;
  return existsSync(target) ? target : beadsDir;
};

/** Daemons found by the routes, once for each route even when two lead to one daemon. */
export const reachable = (town: string): Feed[] | "no routes" => {
  const routes = readRoutes(join(town, ".beads"));
  if (routes.length === 0) return "no routes";
  return routes
    .map(({ prefix, path }) => ({ prefix, path, beadsDir: join(town, path, ".beads") }))
    .filter(({ beadsDir }) => existsSync(beadsDir))
    .map(({ prefix, path, beadsDir }) => ({
      names: [prefix.replace(/-$/, ""), path === "." ? "hq" : (path.split("/")[0] ?? path), path],
      file: join(daemonDir(beadsDir), "activity.ndjson"),
      read: 0,
      deaf: false,
    }));
};

const timeOf = (bytes: Uint8Array): number =>
  Date.parse(/^\{"timestamp":"([^"]+)"/.exec(Buffer.from(bytes).toString("latin1"))?.[1] ?? "");

/** Whole lines from a byte offset on. */
const linesOf = (feed: Feed): Line[] => {
  const all = existsSync(feed.file) ? readFileSync(feed.file) : Buffer.alloc(0);
  if (all.length < feed.read) feed.read = 0;
  const lines: Line[] = [];
  for (let newline = all.indexOf(10, feed.read); newline >= 0; newline = all.indexOf(10, feed.read)) {
    const bytes = all.subarray(feed.read, newline + 1);
    lines.push({ bytes, time: timeOf(bytes) });
    feed.read = newline + 1;
  }
  return lines;
};

const restartOf = (feed: Feed, { restarted = {} }: BdControl): number =>
  Math.max(0, ...feed.names.map((name) => restarted[name] ?? 0));

const listen = (feeds: readonly Feed[], control: BdControl): readonly Feed[] => {
  for (const feed of feeds)
    feed.deaf ||= feed.names.some((name) => control.mute?.includes(name)) || restartOf(feed, control) > started;
  return feeds.filter(({ deaf }) => !deaf);
};

const merge = (batches: readonly (readonly Line[])[]): Uint8Array =>
  Buffer.concat(
    batches
      .flat()
      .toSorted((one, other) => one.time - other.time || 0)
      .map(({ bytes }) => bytes),
  );

const replay = (feed: Feed, control: BdControl): readonly Line[] => {
  const after = restartOf(feed, control);
  const lines = linesOf(feed).filter(({ time }) => !(time <= after));
  return lines.slice(Math.max(0, lines.length - (control.replay ?? 100)));
};

/** What the real one loses: one cursor for all rigs, and no more than 100 lines of a daemon in one poll. */
const lossyBatch = (feed: Feed, cursor: number): readonly Line[] => {
  feed.read = 0;
  return linesOf(feed)
    .slice(-100)
    .filter(({ time }) => time > cursor);
};

/** The lines of one poll after the other: first the replay. */
export function* follow(feeds: readonly Feed[], control: () => BdControl): Generator<Uint8Array> {
  let cursor = 0;
  for (let poll = 0; ; poll += 1) {
    const now = control();
    const batches = listen(feeds, now).map((feed) => {
      if (poll === 0) return replay(feed, now);
      return now.lossy === true ? lossyBatch(feed, cursor) : linesOf(feed);
    });
    cursor = Math.max(cursor, Date.now() - 1000, ...batches.flat().map(({ time }) => time || 0));
    yield merge(batches);
  }
}

/** Without `--follow`: one indented array. */
export const once = (feeds: readonly Feed[], control: BdControl): string => {
  const events = Buffer.from(merge(listen(feeds, control).map((feed) => replay(feed, control))));
  const parsed = events
    .toString()
    .split("\n")
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
  return `${JSON.stringify(parsed, null, 2)}\n`;
};
