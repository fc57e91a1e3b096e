import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { findIssue, writeAsBd } from "../../beads/rows.ts";
import { activityLine, type Change } from "../../beads/wording.ts";
import { type Db, read, type Row } from "../../schema/database.ts";
import { databaseIn, routedBeadsDir } from "../../town/places.ts";

/** Where a command finds an issue: at home, or by its prefix in another rig, whose daemon then hears nothing. */
export interface Home {
  readonly beadsDir: string;
  readonly routed: boolean;
}

const file = (beadsDir: string): string => databaseIn(beadsDir).file;

export const find = (beadsDir: string, id: string): Row | undefined =>
  existsSync(file(beadsDir)) ? read(file(beadsDir), (db) => findIssue(db, id)) : undefined;

export const homeOf = (local: string, town: string | undefined, id: string): Home => {
  const routed = town === undefined ? undefined : routedBeadsDir(town, id);
  if (routed === undefined || routed === local || find(local, id) !== undefined)
    return { beadsDir: local, routed: false };
  return { beadsDir: routed, routed: true };
};

/** One write command in one database; `tell`: the daemon of that rig does it, and so its feed has it. */
export const change = (beadsDir: string, tell: boolean, work: (db: Db) => Change): void => {
  const done = writeAsBd(file(beadsDir), work);
  if (tell) appendFileSync(join(beadsDir, "activity.ndjson"), activityLine(done));
};

export const query = <T>(beadsDir: string, work: (db: Db) => T): T => read(file(beadsDir), work);
