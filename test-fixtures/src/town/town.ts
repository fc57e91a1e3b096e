import { appendFileSync, copyFileSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { closeIssue, importClosed, setStatus, tombstoneIssue } from "../beads/change.ts";
import { addTracks, createIssue, removeTracks } from "../beads/create.ts";
import { columnsOf, findIssue } from "../beads/rows.ts";
import { activityLine, type Change } from "../beads/wording.ts";
import { type Db, read, type Row, write } from "../schema/database.ts";
import { routeLine, writeRig, writeTownFiles } from "./files.ts";
import { convoyId, homes, issueId } from "./homes.ts";
import { layRig, layRigs, openRigs, type Rig } from "./places.ts";
import type { EventRow, Town, TownOptions, WriteOptions } from "./types.ts";

/** Writes a town with real SQLite databases, as bd leaves them. The directory is made when it is not there. */
export const buildTown = (dir: string, options: TownOptions = {}): Town => {
  const rigs = layRigs(dir, options);
  writeTownFiles(dir, rigs, options);
  for (const rig of rigs) writeRig(rig, options);
  return townOver(dir, rigs, options);
};

/** A town that is already on disk, by its routes. */
export const openTown = (dir: string): Town => townOver(dir, openRigs(dir));

/** A town over databases that are already there, with what its next databases shall be like. */
export const townOver = (
  dir: string,
  rigs: readonly Rig[],
  next: Pick<TownOptions, "schema" | "journal"> = {},
): Town => {
  const { hq, named, homeOf, newHome, remember, names, add } = homes(rigs);

  const rigOf = (id: string, rig: string | undefined): Rig => (rig === undefined ? homeOf(id) : named(rig));
  const inHome = <T>(id: string, rig: string | undefined, work: (db: Db) => T): T => read(rigOf(id, rig).file, work);
  const change = (id: string, options: WriteOptions, work: (db: Db) => Change): void => {
    const rig = rigOf(id, options.rig);
    const done = write(rig.file, work);
    if (options.feed === true) appendFileSync(join(rig.beadsDir, "activity.ndjson"), activityLine(done));
  };
  const reference = (id: string): string => {
    const home = newHome(id);
    return home === hq ? id : `external:${home.path.split("/")[0]}:${id}`;
  };

  return {
    dir,
    get rigs() {
      return names();
    },
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
    hardDelete: (id, { rig } = {}) =>
      void write(rigOf(id, rig).file, (db) => db.prepare("DELETE FROM issues WHERE id = ?").run(id)),
    importClosed: (id, options = {}) => write(rigOf(id, options.rig).file, (db) => importClosed(db, id, options)),
    startDaemons: () => {
      for (const place of new Set([hq, ...names().map(named)].map(({ beadsDir }) => beadsDir))) listenAsDaemon(place);
    },
    addRig: (name, options) => {
      const rig = layRig(dir, name, options);
      writeRig(rig, next);
      appendFileSync(join(dir, ".beads/routes.jsonl"), routeLine(rig));
      add(rig);
    },
    replaceFile: (rig) => {
      const { file } = named(rig);
      copyFileSync(file, `${file}.new`);
      renameSync(`${file}.new`, file);
    },
    run: (statements, rig) =>
      write(named(rig).file, (db) => {
        for (const { sql, values } of statements) db.prepare(sql).run(...values);
      }),
    status: (id, rig) => {
      const status = inHome(id, rig, (db) => findIssue(db, id)?.["status"]);
      return typeof status === "string" ? status : undefined;
    },
    row: (id) => inHome(id, undefined, (db) => findIssue(db, id)),
    rows: (matches) =>
      read(hq.file, (db) => db.prepare<[], Row>("SELECT * FROM issues ORDER BY rowid").all().filter(matches)),
    events: (id, rig) =>
      inHome(id, rig, (db) =>
        columnsOf(db, "events").size === 0
          ? []
          : db.prepare<[string], EventRow>("SELECT * FROM events WHERE issue_id = ? ORDER BY id").all(id),
      ),
  };
};

/** What stands for the bd daemon of a rig: somebody who listens at `bd.sock`, as long as this process lives. */
export const listenAsDaemon = (beadsDir: string): void => {
  const server = createServer((connection) => connection.destroy());
  server.listen(join(beadsDir, "bd.sock"));
  server.unref();
};
