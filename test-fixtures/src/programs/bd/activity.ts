import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BdControl, Exit } from "../../control.ts";
import { duration } from "../lib/args.ts";
import type { Args } from "../lib/args.ts";
import { earlierCalls, end, fail, finish, out, startGrandchild, state, stayAlive } from "../lib/stand-in.ts";
import { upward } from "../lib/where.ts";
import { follow, once, reachable } from "./feed.ts";
import { playRaw } from "./raw.ts";

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
  if (control.activity === "raw") return playRaw(control);
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
