import { type Columns, TABLES } from "@gastown/sql";
import { doltError } from "./faults.ts";
import { type Ask, quoteName, raw, type Row } from "./reads.ts";

/** Only of the tables that anything is asked of: a server may have a thousand others. */
const EVERY_COLUMN = `select table_schema as db, table_name as tbl, column_name as col from information_schema.columns
  where table_name in (${[...TABLES, "bd_events_journal", "bd_events_seq"].map((table) => `'${table}'`).join(", ")})`;

/** How long what is known may be relied on, in milliseconds: a migration may add tables. */
const FRESH_FOR = 300_000;
/** The same after a table has gone: a migration may be making it anew. */
const FRESH_FOR_WHILE_GONE = 5_000;
/** What was looked at because of a doubt is not looked at again because of another before this has passed, in milliseconds. */
const DOUBTS_EVERY = 1_000;

/** The tables and columns of all databases of a server. */
export interface Schemas {
  /** @throws {DatabaseError} `missing`, `foreign` or `empty` when there is nothing to ask; as `Ask` */
  of(database: string): Promise<Columns>;
  /** The databases that have issues. Throws as `Ask`. */
  withIssues(database: string): Promise<string[]>;
  /** What was given here turns out not to be so any more. */
  doubt(seen: Columns): void;
}

type Databases = ReadonlyMap<string, Columns>;

interface Look {
  readonly at: number;
  freshFor: number;
  readonly reading: Promise<Databases>;
  found?: Databases;
}

/**
 * Asks for all databases in one query: a server works as long on that for one of them as for all.
 *
 * @param now milliseconds, monotonic
 */
export function createSchemas(ask: Ask, now: () => number): Schemas {
  let last: Look | undefined;
  /** As last found. */
  let known: Databases | undefined;
  let doubted = false;
  let doubtsAt = Number.NEGATIVE_INFINITY;

  const lookAnew = (database: string): Look => {
    const look: Look = { at: now(), freshFor: FRESH_FOR, reading: readAll(ask, database) };
    last = look;
    doubted = false;
    look.reading.then(
      (found) => {
        if (known !== undefined && hasLostTable(known, found)) look.freshFor = FRESH_FOR_WHILE_GONE;
        look.found = known = found;
      },
      () => {
        if (last === look) last = undefined;
      },
    );
    return look;
  };

  const look = (database: string, inDoubt: boolean): Look => {
    if (last === undefined || now() - last.at >= last.freshFor) return lookAnew(database);
    if (!inDoubt || now() - doubtsAt < DOUBTS_EVERY) return last;
    doubtsAt = now();
    return lookAnew(database);
  };

  const find = async (database: string, inDoubt: boolean): Promise<Columns | undefined> =>
    columnsOf(await look(database, inDoubt).reading, database);

  return {
    of: async (database) =>
      (await find(database, doubted)) ??
      // Told without asking for what is not there, which the server would note as an error each time.
      ((await namesOf(ask, "show databases", database)).some((name) => sameName(name, database))
        ? ((await find(database, true)) ?? explain(ask, database))
        : Promise.reject(
            doltError("missing", database, "the server has no database of that name, or none that we may see"),
          )),
    async withIssues(database) {
      const databases = await look(database, false).reading;
      return [...databases].flatMap(([name, columns]) => (columns.get("issues")?.has("id") === true ? [name] : []));
    },
    doubt(seen) {
      if ([...(last?.found?.values() ?? [])].includes(seen)) doubted = true;
    },
  };
}

async function readAll(ask: Ask, database: string): Promise<Databases> {
  const grouped = <V>(rows: readonly Row[], by: string, make: (rows: Row[]) => V): Map<string, V> =>
    new Map([...Map.groupBy(rows, (row) => String(row[by]))].map(([name, of]) => [name, make(of)]));
  return grouped(await ask(raw(EVERY_COLUMN), database), "db", (tables) =>
    grouped(tables, "tbl", (columns) => new Set(columns.map(({ col }) => String(col)))),
  );
}

function hasLostTable(before: Databases, now: Databases): boolean {
  return [...before].some(([name, tables]) => [...tables.keys()].some((table) => now.get(name)?.has(table) === false));
}

function columnsOf(databases: Databases, database: string): Columns | undefined {
  return databases.get(database) ?? [...databases].find(([name]) => sameName(name, database))?.[1];
}

/** What is wrong with a database in which nothing is known to be. */
async function explain(ask: Ask, database: string): Promise<never> {
  const tables = await namesOf(ask, `show tables from ${quoteName(database)}`, database);
  if (tables.length === 0) throw doltError("empty", database, "it has no tables");
  throw doltError("foreign", database, "it is not a beads database: it has no table issues");
}

async function namesOf(ask: Ask, statement: string, database: string): Promise<string[]> {
  return (await ask(raw(statement), database)).map((row) => String(Object.values(row)[0]));
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
