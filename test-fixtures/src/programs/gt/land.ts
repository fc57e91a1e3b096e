import { closeIssue } from "../../beads/change.ts";
import type { ConvoyControl } from "../../control.ts";
import { generationOf } from "../../gt-generations.ts";
import { change } from "../lib/database.ts";
import { fail, out } from "../lib/stand-in.ts";
import { pass, tellAsHead, tellAsJuly, tellAsSeed } from "./tell.ts";
import type { Convoy, Town } from "./town.ts";

/** The reason with which gt closes a convoy by itself. */
export const completed = "All tracked issues completed";

/** What happens between closing and telling, and whom to tell besides those whom the convoy names. */
interface Landing {
  readonly say?: () => void;
  readonly also?: string | undefined;
}

/**
 * `bd close` on the convoy, through the town's daemon, what gt says on stdout, and the telling, in the order of its
 * generation; each point may fail, take its time or be its last. False when nothing was closed.
 */
export const land = async (
  town: Town,
  convoy: Convoy,
  reason: string,
  control: ConvoyControl,
  { say, also }: Landing = {},
): Promise<boolean> => {
  if (control.mode === "warns") {
    out(`⚠ Warning: couldn't close convoy ${convoy.id}: exit status 1\n`);
    return false;
  }
  const generation = generationOf(control);
  if (control.mode === "lies") {
    say?.();
    return true;
  }
  const close = (): void => change(town.beadsDir, true, (db) => closeIssue(db, convoy.id, { reason }));
  if (!(await pass("close", control, close))) return false;
  if (control.mode === "crash-after-close") process.kill(process.pid, "SIGKILL");
  if (generation === "july" && !(await pass("export", control, () => {}))) fail("Error: closing convoy: exit status 1");
  await pass("print", control, () => say?.());
  if (generation === "july") await tellAsJuly(town, convoy, control, also);
  else if (generation === "head") await tellAsHead(town, convoy, control, also);
  else await tellAsSeed(town, convoy, control, also);
  return true;
};
