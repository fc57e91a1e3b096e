import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { DatabaseError, messageOf } from "@gastown/convoy-core";
import type { OpenedStore } from "@gastown/convoy-watcher";
import { type Finding, good, note, wrong } from "./check.ts";

type Place = ReturnType<OpenedStore["files"]["places"]>[number];

/** Every database of the town: what it is kept in, and whether it can be read. */
export async function checkDatabases(town: string, files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const place of files.places()) findings.push(...(await checkPlace(town, place)));
  return findings;
}

async function checkPlace(town: string, place: Place): Promise<Finding[]> {
  try {
    const store = place.store();
    const database = await place.open();
    await database.revision();
    await database.issues([""]);
    if (place.path === ".") await database.openConvoys();
    if (store.kind === "dolt") return doltFindings(town, place.rig, store);
    const [dir, shown] = [dirname(store.file), relative(town, store.file)];
    return [good(place.rig, `SQLite, ${shown}`), ...writable(place.rig, dir)];
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return [wrong(place.rig, messageOf(error), error.hint)];
  }
}

function doltFindings(
  town: string,
  rig: string,
  { beadsDir, metadata }: { readonly beadsDir: string; readonly metadata: Readonly<Record<string, unknown>> },
): Finding[] {
  const name = metadata["dolt_database"];
  const fact = `Dolt, database ${typeof name === "string" ? name : "?"}`;
  const stale = join(beadsDir, "beads.db");
  if (!existsSync(stale)) return [good(rig, fact)];
  return [
    note(
      rig,
      `${fact}; ${relative(town, stale)} beside it is stale, and is not read`,
      `rm ${stale}* once nothing needs the old data`,
    ),
  ];
}

/** bd and gt write there; when we can't, they can't, if they run as the same user. */
function writable(rig: string, dir: string): Finding[] {
  try {
    accessSync(dir, constants.W_OK);
    return [];
  } catch {
    return [
      note(
        rig,
        `${dir} cannot be written by this user`,
        `chown it, or run as its owner: SQLite needs to write beside a database to follow it, and bd to close convoys`,
      ),
    ];
  }
}
