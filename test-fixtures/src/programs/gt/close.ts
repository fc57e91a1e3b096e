import type { ConvoyControl } from "../../control.ts";
import type { Args } from "../lib/args.ts";
import { fail, out } from "../lib/stand-in.ts";
import { land } from "./land.ts";
import { findConvoy, progress } from "./town.ts";
import type { Convoy, Town } from "./town.ts";

const close = (town: Town, convoy: Convoy, args: Args, control: ConvoyControl): void => {
  const reason = args.value("--reason") ?? "Manually closed";
  const say = (): void => out(`✓ Closed convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
  if (!land(town, convoy, reason, control, { say, also: args.value("--notify") }))
    fail(`Error: closing convoy: exit status 1`);
};

const openOne = (town: Town, id: string): Convoy | undefined => {
  const found = findConvoy(town, id);
  if ("error" in found) return fail(`Error: ${found.error}`);
  if (found.convoy.status !== "closed") return found.convoy;
  out(`○ Convoy ${id} is already closed\n`);
  return undefined;
};

/** gt of 2026-01-12: it does not look at the tracked issues. */
export const closeAsSeed = (town: Town, id: string, args: Args, control: ConvoyControl): void => {
  const convoy = openOne(town, id);
  if (convoy !== undefined) close(town, convoy, args, control);
};

/** gt of 2026-04-30: it refuses while it sees a tracked issue open, unless it is forced. */
export const closeAsHead = (town: Town, id: string, args: Args, control: ConvoyControl): void => {
  const convoy = openOne(town, id);
  if (convoy === undefined) return;
  const { open } = progress(town, id, control);
  if (open > 0 && !args.flag("--force", "-f")) {
    out(`⚠ Convoy ${id} has ${open} open issue(s):\n`);
    fail(`Error: convoy has ${open} open issue(s)\n  Use --force to close anyway.`);
  }
  close(town, convoy, args, control);
};
