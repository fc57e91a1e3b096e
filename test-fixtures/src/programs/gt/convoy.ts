import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConvoyControl, GtControl } from "../../control.ts";
import { generationOf } from "../../gt-generations.ts";
import { type Args, earlierCalls, end, fail, finish, out, startGrandchild, stayAlive } from "../lib/stand-in.ts";
import { completed, land } from "./land.ts";
import { alreadyClosed } from "./tell.ts";
import { type Convoy, findConvoy, findTown, openConvoys, progress, type Town } from "./town.ts";

const notInTown = "Error: not in a Gas Town workspace";

const hang = async (control: GtControl): Promise<never> => {
  if (control.ignoreSigterm === true) process.on("SIGTERM", () => {});
  if (control.grandchild === true) startGrandchild();
  return stayAlive();
};

const failsNow = (command: string, control: GtControl): boolean => {
  if (control.mode === "fails") return true;
  if (control.failTimes === undefined) return false;
  const own = control[command === "check" ? "check" : "close"]?.failTimes !== undefined;
  const alike = (argv: readonly string[]): boolean =>
    argv[0] === "convoy" && !argv.includes("--help") && (!own || argv[1] === command);
  return earlierCalls("gt", ({ argv }) => alike(argv)) < control.failTimes;
};

/** `gt convoy check` and `gt convoy close`, in the mode that the control file says. */
export const convoyCommand = async (
  command: "check" | "close",
  words: readonly string[],
  args: Args,
  all: GtControl,
): Promise<void> => {
  const control = { ...all, ...all[command] };
  await sleep(control.delayMs ?? 0);
  if (failsNow(command, control)) {
    const { exitCode = 1, stderr = "Error: listing convoys: database is locked" } = control;
    end({ exitCode, stderr });
  }
  if (control.mode === "hangs") await hang(control);
  const town = findTown(process.cwd()) ?? fail(notInTown);
  const asHead = generationOf(control) !== "seed";
  if (command === "check") {
    if (asHead) await checkAsHead(town, words[0], args.flag("--dry-run"), control);
    else await checkAsSeed(town, control);
  } else {
    const id = words[0] ?? fail("Error: accepts 1 arg(s), received 0");
    if (asHead) await closeAsHead(town, id, args, control);
    else await closeAsSeed(town, id, args, control);
  }
  finish(0);
};

/** `gt daemon run`: a rival that lives, and checks convoys when it is told to. */
export const daemon = async (control: GtControl): Promise<void> => {
  const town = findTown(process.cwd()) ?? fail(notInTown);
  const pidFile = join(town.root, "daemon/daemon.pid");
  const stop = (): void => {
    rmSync(pidFile, { force: true });
    finish(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  mkdirSync(join(town.root, "daemon"), { recursive: true });
  writeFileSync(pidFile, String(process.pid));
  if (control.daemonCheckMs === undefined) await stayAlive();
  for (;;) {
    await sleep(control.daemonCheckMs ?? 0);
    await checkAsSeed(town, control);
  }
};

const listed = (convoys: readonly Convoy[]): string => {
  if (convoys.length === 0) return "No convoys ready to close.\n";
  const lines = convoys.map(({ id, title }) => `  🚚 ${id}: ${title}\n`);
  return `✓ Auto-closed ${convoys.length} convoy(s):\n${lines.join("")}`;
};

/** gt of 2026-01-12: every open convoy, whatever the arguments, one after the other; exit status 0. */
export const checkAsSeed = async (town: Town, control: ConvoyControl): Promise<void> => {
  const landed: Convoy[] = [];
  for (const convoy of openConvoys(town)) {
    const { total, open } = progress(town, convoy.id, control);
    if (total > 0 && open === 0 && (await land(town, convoy, completed, control))) landed.push(convoy);
  }
  out(listed(landed));
};

/** What is not closed, in words: since June 2026 gt tells what it cannot see from what is open. */
const remaining = (open: number, unknown: number, control: ConvoyControl): string => {
  if (generationOf(control) !== "july" || unknown === 0) return `${open + unknown} open issue(s) remaining`;
  if (open > 0) return `${open} open, ${unknown} unknown (cross-rig unreachable) issue(s) remaining`;
  return `${unknown} tracked issue(s) with unknown status (cross-rig unreachable)`;
};

/** One convoy as the later gt treats it: nothing is said of an empty one. */
const checkOne = async (town: Town, convoy: Convoy, dryRun: boolean, control: ConvoyControl): Promise<boolean> => {
  const { total, open, unknown } = progress(town, convoy.id, control);
  if (total === 0) return false;
  if (open > 0) {
    out(`○ Convoy ${convoy.id} has ${remaining(open - unknown, unknown, control)}\n`);
    return false;
  }
  if (!dryRun) {
    const say = (): void => out(`✓ Auto-closed convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
    return land(town, convoy, completed, control, { say });
  }
  out(`⚠ Would auto-close convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
  return true;
};

const checkAll = async (town: Town, dryRun: boolean, control: ConvoyControl): Promise<void> => {
  const landed: Convoy[] = [];
  for (const convoy of openConvoys(town)) {
    if (await checkOne(town, convoy, dryRun, control)) landed.push(convoy);
  }
  out(dryRun ? listed(landed).replace("✓ Auto-closed", "⚠ Would auto-close") : listed(landed));
};

const known = /^(open|closed|staged_ready|staged_warnings)$/;

/** gt of 2026-04-30: the convoy named, or all of them. */
export const checkAsHead = async (
  town: Town,
  id: string | undefined,
  dryRun: boolean,
  control: ConvoyControl,
): Promise<void> => {
  if (id === undefined) return checkAll(town, dryRun, control);
  const found = findConvoy(town, id);
  if ("error" in found) return void fail(`Error: ${found.error}`);
  const { convoy } = found;
  if (!known.test(convoy.status))
    fail(`Error: convoy '${id}' has invalid lifecycle state: unsupported convoy status "${convoy.status}"`);
  if (convoy.status === "closed") return alreadyClosed(town, convoy, control, generationOf(control) === "july");
  await checkOne(town, convoy, dryRun, control);
};

const close = async (town: Town, convoy: Convoy, args: Args, control: ConvoyControl): Promise<void> => {
  const reason = args.value("--reason") ?? "Manually closed";
  const say = (): void => out(`✓ Closed convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
  if (!(await land(town, convoy, reason, control, { say, also: args.value("--notify") })))
    fail(`Error: closing convoy: exit status 1`);
};

const openOne = async (town: Town, id: string, control: ConvoyControl): Promise<Convoy | undefined> => {
  const found = findConvoy(town, id);
  if ("error" in found) return fail(`Error: ${found.error}`);
  if (found.convoy.status !== "closed") return found.convoy;
  await alreadyClosed(town, found.convoy, control, generationOf(control) === "july");
  return undefined;
};

/** gt of 2026-01-12: it does not look at the tracked issues. */
export const closeAsSeed = async (town: Town, id: string, args: Args, control: ConvoyControl): Promise<void> => {
  const convoy = await openOne(town, id, control);
  if (convoy !== undefined) await close(town, convoy, args, control);
};

/** gt of 2026-04-30: it refuses while it sees a tracked issue open, unless it is forced. */
export const closeAsHead = async (town: Town, id: string, args: Args, control: ConvoyControl): Promise<void> => {
  const convoy = await openOne(town, id, control);
  if (convoy === undefined) return;
  const { open } = progress(town, id, control);
  if (open > 0 && !args.flag("--force", "-f")) {
    out(`⚠ Convoy ${id} has ${open} open issue(s):\n`);
    fail(`Error: convoy has ${open} open issue(s)\n  Use --force to close anyway.`);
  }
  await close(town, convoy, args, control);
};
