import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { author, issueRow } from "./beads/create.ts";
import { inserter } from "./beads/rows.ts";
import { type Db, localTime, nowNs, utcTime } from "./schema/database.ts";
import { writeRig, writeTownFiles } from "./town/files.ts";
import { layRigs } from "./town/places.ts";
import { townOver } from "./town/town.ts";
import type { BulkOptions, BulkTown, RigOptions } from "./town/types.ts";

const number = (value: number, width: number): string => value.toString(36).padStart(width, "0");

const rigName = (index: number): string => `rig${index}`;

/** Adds many rows fast; every row has the `created` event that bd would have left. */
const filler = (db: Db): ((id: string, title: string, status: string, type: string) => void) => {
  const issue = inserter(db, "issues");
  const event = inserter(db, "events");
  let time = nowNs();
  return (id, title, status, type) => {
    time += 1n;
    issue({ ...issueRow({ id, title, status, type }, time) });
    event({ issue_id: id, event_type: "created", actor: author, created_at: utcTime(time) });
  };
};

/**
 * A big town, fast: one transaction per database. Convoys are `hq-cv-00000` and so on in base 36; the issues of
 * convoy n are spread over the rigs, the last ones of each are those left open.
 */
export const bulkTown = (dir: string, options: BulkOptions): BulkTown => {
  const { convoys, issuesPer, rigs = 1, open = 1, schema = "0.47.1", journal = "wal" } = options;
  const town = Object.fromEntries(
    Array.from({ length: rigs }, (_, index): [string, RigOptions] => [rigName(index), { prefix: `r${index}` }]),
  );
  const laid = layRigs(dir, { rigs: town });
  const ids = Array.from({ length: convoys }, (_, index) => `hq-cv-${number(index, 5)}`);
  const issue = (serial: number): string => `${rigs === 0 ? "hq" : `r${serial % rigs}`}-${number(serial, 4)}`;
  const reference = (serial: number): string =>
    rigs === 0 ? issue(serial) : `external:${rigName(serial % rigs)}:${issue(serial)}`;
  const statusOf = (serial: number): string => (serial % issuesPer >= issuesPer - open ? "open" : "closed");

  const fillIssues = (db: Db, rig: number): void => {
    const add = filler(db);
    for (let serial = rig; serial < convoys * issuesPer; serial += Math.max(rigs, 1))
      add(issue(serial), `Issue ${serial}`, statusOf(serial), "task");
  };
  const fillConvoys = (db: Db): void => {
    const add = filler(db);
    const track = inserter(db, "dependencies");
    const common = { type: "tracks", created_at: localTime(), created_by: author, metadata: "", thread_id: "" };
    for (const [index, id] of ids.entries()) {
      add(id, `Convoy ${index}`, "open", "convoy");
      for (let nth = 0; nth < issuesPer; nth += 1)
        track({ issue_id: id, depends_on_id: reference(index * issuesPer + nth), ...common });
    }
  };

  mkdirSync(dirname(dir), { recursive: true });
  writeTownFiles(dir, laid, {});
  for (const [index, rig] of laid.entries())
    writeRig(rig, { schema, journal }, (db) => {
      if (index === 0) fillConvoys(db);
      if (rigs === 0 || index > 0) fillIssues(db, Math.max(index - 1, 0));
    });

  return {
    ...townOver(dir, laid, { schema, journal }),
    convoys: ids,
    issuesOf: (convoy) => {
      const index = ids.indexOf(convoy);
      if (index < 0) throw new Error(`There is no convoy ${convoy}`);
      return Array.from({ length: issuesPer }, (_, nth) => issue(index * issuesPer + nth));
    },
  };
};
