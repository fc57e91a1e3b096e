import { closeIssue } from "../../beads/change.ts";
import { appendMail } from "../../control-files.ts";
import type { ConvoyControl } from "../../control.ts";
import { change } from "../lib/database.ts";
import { out, standInDir } from "../lib/stand-in.ts";
import type { Convoy, Town } from "./town.ts";

/** The reason with which gt closes a convoy by itself. */
export const completed = "All tracked issues completed";

const addresses = (convoy: Convoy, also: string | undefined): readonly string[] => {
  const lines = convoy.description.matchAll(/^(?:Notify|Owner): *(.+)$/gm);
  const named = [...lines].map(([, address = ""]) => address.trim());
  return [...new Set(also === undefined ? named : [...named, also])];
};

const notify = (convoy: Convoy, also: string | undefined): void => {
  if (standInDir === undefined) return;
  for (const to of addresses(convoy, also))
    appendMail(standInDir, {
      to,
      convoy: convoy.id,
      subject: `🚚 Convoy landed: ${convoy.title}`,
      body: `Convoy ${convoy.id} has completed.\n\nAll tracked issues are now closed.`,
      time: Date.now(),
    });
};

/** What happens between closing and telling, and whom to tell besides those whom the convoy names. */
interface Landing {
  readonly say?: () => void;
  readonly also?: string | undefined;
}

/**
 * `bd close` on the convoy, through the town's daemon, then what gt says on stdout, then the mail: in that order, so
 * that a gt whose reader is gone tells nobody. False when nothing was closed.
 */
export const land = (
  town: Town,
  convoy: Convoy,
  reason: string,
  control: ConvoyControl,
  { say, also }: Landing = {},
): boolean => {
  if (control.mode === "warns") {
    out(`⚠ Warning: couldn't close convoy ${convoy.id}: exit status 1\n`);
    return false;
  }
  if (control.mode !== "lies")
    change(town.beadsDir, { migrate: control.migrate !== false, tell: true }, (db) =>
      closeIssue(db, convoy.id, { reason }),
    );
  if (control.mode === "crash-after-close") process.kill(process.pid, "SIGKILL");
  say?.();
  if (control.mode !== "lies") notify(convoy, also);
  return true;
};
