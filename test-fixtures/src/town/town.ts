import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { activityLine } from "../beads/activity-line.ts";
import type { Change } from "../beads/activity-line.ts";
import { closeIssue, importClosed, setStatus, tombstoneIssue } from "../beads/change.ts";
import { createIssue } from "../beads/create.ts";
import { addTracks, removeTracks } from "../beads/dependencies.ts";
import { columnsOf, findIssue } from "../beads/rows.ts";
import { read, write } from "../schema/open.ts";
import type { Db } from "../schema/open.ts";
import { homes } from "./homes.ts";
import { convoyId, issueId } from "./ids.ts";
import type { Rig } from "./rig.ts";
import type { EventRow, Town, WriteOptions } from "./types.ts";

/** A town over databases that are already there: the first rig is the town itself. */
export const townOver = (dir: string, rigs: readonly Rig[]): Town => {
  const { hq, named, homeOf, newHome, remember } = homes(rigs);

  const tell = (rig: Rig, changes: readonly Change[], options: WriteOptions): void => {
    if (options.feed === true)
      appendFileSync(join(rig.beadsDir, "activity.ndjson"), changes.map(activityLine).join(""));
  };
  const change = (id: string, options: WriteOptions, work: (db: Db) => Change): void => {
    const rig = options.rig === undefined ? homeOf(id) : named(options.rig);
    tell(rig, [write(rig.file, work)], options);
  };
  const inHome = <T>(id: string, rig: string | undefined, work: (db: Db) => T): T =>
    read((rig === undefined ? homeOf(id) : named(rig)).file, work);
  const reference = (id: string): string => {
    const home = newHome(id);
    return home === hq ? id : `external:${home.path.split("/")[0]}:${id}`;
  };

  return {
    dir,
    rigs: rigs.slice(1).map(({ name }) => name),
    db: (rig) => named(rig).file,
    beadsDir: (rig) => named(rig).beadsDir,
    createIssue: ({ id, rig, title = "An issue", ...rest } = {}) => {
      const home = rig === undefined ? newHome(id) : named(rig);
      return write(home.file, (db) => {
        const made = id ?? issueId(home.prefix, (candidate) => findIssue(db, candidate) !== undefined);
        createIssue(db, { ...rest, id: made, title });
        return remember(made, home);
      });
    },
    createConvoy: ({ id, tracks = [], rawTracks = [], title = "A convoy", type = "convoy", description, ...rest }) => {
      const references = [...tracks.map(reference), ...rawTracks];
      return write(hq.file, (db) => {
        const made = id ?? convoyId(hq.prefix, (candidate) => findIssue(db, candidate) !== undefined);
        const text = description ?? `Convoy tracking ${references.length} issues`;
        createIssue(db, { ...rest, id: made, title, type, description: text });
        for (const tracked of references) addTracks(db, made, tracked);
        return remember(made, hq);
      });
    },
    track: (convoy, tracked) => void write(hq.file, (db) => addTracks(db, convoy, tracked)),
    untrack: (convoy, tracked) => void write(hq.file, (db) => removeTracks(db, convoy, tracked)),
    close: (id, options = {}) => change(id, options, (db) => closeIssue(db, id, options)),
    reopen: (id, options = {}) => change(id, options, (db) => setStatus(db, id, "open", options)),
    setStatus: (id, status, options = {}) => change(id, options, (db) => setStatus(db, id, status, options)),
    tombstone: (id, options = {}) => change(id, options, (db) => tombstoneIssue(db, id, options)),
    hardDelete: (id, options = {}) => {
      const rig = options.rig === undefined ? homeOf(id) : named(options.rig);
      write(rig.file, (db) => db.prepare("DELETE FROM issues WHERE id = ?").run(id));
    },
    importClosed: (id, options = {}) => {
      const rig = options.rig === undefined ? homeOf(id) : named(options.rig);
      write(rig.file, (db) => importClosed(db, id, options));
    },
    status: (id, rig) => {
      const status = inHome(id, rig, (db) => findIssue(db, id)?.["status"]);
      return typeof status === "string" ? status : undefined;
    },
    events: (id, rig) =>
      inHome(id, rig, (db) =>
        columnsOf(db, "events").size === 0
          ? []
          : db.prepare<[string], EventRow>("SELECT * FROM events WHERE issue_id = ? ORDER BY id").all(id),
      ),
  };
};
