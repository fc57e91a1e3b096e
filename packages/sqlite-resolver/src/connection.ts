import {
  type Compiled,
  compileQueries,
  compilerOf,
  type IssueEvent,
  type Queries,
  shapeOf,
  type Shape,
  TABLES,
} from "@gastown/sql";
import { sql } from "kysely";
import { asDatabaseError, databaseError, type Driver, type OpenDatabase, type Statement } from "./driver.ts";
import type { DatabaseFiles, FileStamps } from "./file-stamps.ts";

/** How long SQLite may wait for a lock, in milliseconds. It blocks the process; what is left is for backoff. */
const BUSY_TIMEOUT = 200;

/** So long after a file was written, in milliseconds, its time tells another write from that one. */
const SETTLED = 20;
/** How old an opening is, and nothing else, is measured here: no clock is at hand. */
// oxlint-disable-next-line no-restricted-properties
const sinceStart = (): number => performance.now();

/** Of pages, negative in KiB: the system caches the file already, and a town has many databases. */
const PAGE_CACHE = -64;

/** One opening of one file. It is read-only, holds no transaction and no cursor between two queries, and waits for nothing. */
export interface Connection {
  /** What the files were when they were opened. */
  readonly opened: FileStamps;
  /** Tells this opening from every other, of whatever file: `version` can only be compared within one. */
  readonly serial: number;
  readonly shape: Shape;
  readonly queries: Queries;
  /** Runs a query to its end. */
  rows<R>(query: Compiled<R>): R[];
  /** Takes note of what the files show now: pages of a file that was written without SQLite are read again. */
  note(now: FileStamps): void;
  /** Changes when another connection has committed, or the file was written in another way. Notes whether the shape still holds. */
  version(): string;
  /** The tables have changed so that `shape` no longer holds: it must be opened anew. */
  outdated(): boolean;
  /** All middle segments of its external references; undefined when that can't be told fast. */
  projects(): readonly string[] | undefined;
  /** Rows of `events` above this id, oldest first. */
  eventsAfter(id: number, limit: number): readonly (Omit<IssueEvent, "status"> & { readonly id: number })[];
  /** The highest id of `events`; 0 when there is none. */
  lastEvent(): number;
  close(): void;
  /** It has been closed, by whomever. */
  ended(): boolean;
}

const openings = new Set<Connection>();
let serial = 0;

/**
 * Closes whatever this process has open of a file, by `main` of its stamps. SQLite shares the index of a log among all openings
 * of one file: as long as one of them is left that has lost its log, a new one reads by that, too.
 */
export function closeAllOf(main: string): void {
  for (const opening of openings) if (opening.opened.main === main) opening.close();
}

/**
 * Opens a beads database. No file is created when it is missing.
 *
 * @throws {DatabaseError} when it cannot be read, or is not a beads database
 */
export function connect(driver: Driver, file: string, files: DatabaseFiles): Connection {
  const before = files.stamps();
  let database: OpenDatabase | undefined;
  try {
    database = driver.open(file, { readonly: true, timeout: BUSY_TIMEOUT });
    database.exec(`pragma cache_size = ${PAGE_CACHE}`);
    const schema = schemaOf(database, file);
    // After the first read: that is what opens the log, or makes one.
    const opened = files.stamps();
    if (differenceOf(before, opened) === "replaced") throw databaseError("replaced", file);
    // What was read first may be older than the file as it is now: it counts as what it was before.
    const { main, log, modes, written } = opened;
    return describe(database, file, { main, log, modes, written, mainWritten: before.mainWritten }, schema);
  } catch (error) {
    database?.close();
    throw asDatabaseError(error, file);
  }
}

/**
 * `replaced`: another file, or another log, is there than before. `changed`: a log where there was none, or other modes,
 * which is no fault of the file.
 */
export function differenceOf(before: FileStamps, now: FileStamps): "replaced" | "changed" | undefined {
  const [[walBefore, shmBefore], [wal, shm]] = [before.log, now.log];
  if (before.main !== now.main || (walBefore !== "" && walBefore !== wal) || (shmBefore !== "" && shmBefore !== shm))
    return "replaced";
  return walBefore === wal && shmBefore === shm && before.modes === now.modes ? undefined : "changed";
}

function describe(database: OpenDatabase, file: string, opened: FileStamps, { shape, queries }: Schema): Connection {
  const statement = memoised(database);
  const number = (query: string): number => Number(Object.values(statement(query).get() ?? {})[0] ?? 0);
  let { mainWritten } = opened;
  let settlesAt: number | undefined = sinceStart() + SETTLED;
  let data = number("pragma data_version");
  let schema = number("pragma schema_version");
  let outdated = false;
  let ended = false;
  let indexed: boolean | undefined;
  /** bd rebuilds tables at every start, mostly as they were: only another shape counts. */
  const checkShape = (): void => {
    const now = number("pragma schema_version");
    if (now === schema) return;
    schema = now;
    outdated = JSON.stringify(schemaOf(database, file).shape) !== JSON.stringify(shape);
  };
  const connection: Connection = {
    opened,
    serial: (serial += 1),
    shape,
    queries,
    rows: <R>(query: Compiled<R>) => statement(query.sql).all(...query.parameters) as R[],
    note(now) {
      const changed = now.mainWritten !== mainWritten;
      if (!changed && settlesAt === undefined) return;
      mainWritten = now.mainWritten;
      if (changed) settlesAt = sinceStart() + SETTLED;
      else if (settlesAt !== undefined && sinceStart() > settlesAt) settlesAt = undefined;
      database.exec("pragma shrink_memory");
      if (changed) checkShape();
    },
    version() {
      const now = number("pragma data_version");
      if (now !== data) checkShape();
      data = now;
      return `${data}:${mainWritten}`;
    },
    outdated: () => outdated,
    projects() {
      if (shape.dependencies !== "single" || shape.wisps !== undefined) return undefined;
      indexed ??= statement(INDEXED).get() !== undefined;
      return indexed ? projectsIn(statement(SKIP).all()) : undefined;
    },
    eventsAfter: (id, limit) =>
      (shape.events ? statement(EVENTS).all(id, limit) : []) as ReturnType<Connection["eventsAfter"]>,
    lastEvent: () => (shape.events ? number("select max(id) from events") : 0),
    close() {
      if (ended) return;
      ended = true;
      openings.delete(connection);
      database.close();
    },
    ended: () => ended,
  };
  openings.add(connection);
  return connection;
}

interface Schema {
  readonly shape: Shape;
  readonly queries: Queries;
}

/** By the text of all that a database is made of. The databases of a town mostly have the same. */
const schemas = new Map<string, Schema>();
const MOST_SCHEMAS = 64;

/** What columns there are is asked only where the text is new: it took a quarter of the time of an opening. */
function schemaOf(database: OpenDatabase, file: string): Schema {
  const ask = database.prepare<{ text: string }>(TEXT);
  const { text = "" } = ask.get() ?? {};
  const known = schemas.get(text);
  if (known !== undefined) return known;
  const shape = shapeOf(file, columnsOf(database));
  const idList = (json: string) => sql<string>`(select value from json_each(${json}))`;
  const schema = { shape, queries: compileQueries(compilerOf("sqlite"), shape, idList) };
  if (schemas.size >= MOST_SCHEMAS) schemas.clear();
  // Not if it was changed in between: other databases may have that text.
  if (ask.get()?.text === text) schemas.set(text, schema);
  return schema;
}

const TEXT = "select json_group_array(json_array(name, sql)) as text from sqlite_master";

/** Only of the tables that are read here: what others have put beside them may be broken, or need a module of theirs. */
function columnsOf(database: OpenDatabase): Map<string, Set<string>> {
  const info = database.prepare<{ name: string }>("select name from pragma_table_info(?)");
  return new Map(
    database
      .prepare<{ name: string }>("select name from sqlite_master")
      .all()
      .map(({ name }) => [
        name,
        new Set(TABLES.includes(name) ? info.all(name).map((column) => column.name) : undefined),
      ]),
  );
}

/** Each query is prepared when it is first asked; there are only a handful. */
function memoised(database: OpenDatabase): (text: string) => Statement<object> {
  const statements = new Map<string, Statement<object>>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = database.prepare(text)));
    return statement;
  };
}

const EVENTS = "select id, issue_id, event_type from events where id > ? order by id limit ?";

/** Whether an index leads to a dependency by what it is on. */
const INDEXED = `
select 1 from pragma_index_list('dependencies') l join pragma_index_info(l.name) c
where l.partial = 0 and c.seqno = 0 and c.name = 'depends_on_id'`;

/** More middle segments than this are not tried one by one. */
const MOST_PROJECTS = 256;

/** From one middle segment of `external:<project>:<id>` to the next, by the index on the references. */
const SKIP = `
with recursive seen(reference) as (
  select min(depends_on_id) from dependencies where depends_on_id >= 'external:' and depends_on_id < 'external;'
  union all
  select (
    select min(depends_on_id) from dependencies
    where depends_on_id >= case instr(substr(reference, 10), ':') when 0 then reference || char(1)
      else substr(reference, 1, 8 + instr(substr(reference, 10), ':')) || ';' end
    and depends_on_id < 'external;'
  )
  from seen where reference is not null
)
select reference from seen where reference is not null limit ${MOST_PROJECTS + 1}`;

/** How external references name their middle segment: all there are, so that every reference to an id can be looked up. */
function projectsIn(rows: readonly { readonly reference?: string }[]): readonly string[] | undefined {
  if (rows.length > MOST_PROJECTS) return undefined;
  return rows.flatMap(({ reference = "" }) => /^external:([^:]+):/s.exec(reference)?.[1] ?? []);
}
