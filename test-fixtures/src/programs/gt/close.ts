import type { ConvoyControl } from "../../control.ts";
import { generationOf } from "../../gt-generations.ts";
import type { Args } from "../lib/args.ts";
import { fail, out } from "../lib/stand-in.ts";
import { land } from "./land.ts";
import { alreadyClosed } from "./tell.ts";
import { findConvoy, progress } from "./town.ts";
import type { Convoy, Town } from "./town.ts";

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
