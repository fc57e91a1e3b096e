import { type Db, type Row, write } from "../schema/database.ts";
import { dependenciesSql, dependencyIndexesSql, viewsSql } from "../schema/schema.ts";

/** Column names of a table: empty when there is no such table. */
export const columnsOf = (db: Db, table: string): ReadonlySet<string> =>
  new Set(db.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table));

/** A function that inserts rows, leaving out columns (or, with the table, everything) that a smaller schema lacks. */
export const inserter = (db: Db, table: string): ((row: Row) => void) => {
  const known = columnsOf(db, table);
  if (known.size === 0) return () => {};
  const verb = table === "dirty_issues" ? "REPLACE" : "INSERT";
  const prepared = new Map<string, ReturnType<Db["prepare"]>>();
  return (row) => {
    const names = Object.keys(row).filter((name) => known.has(name));
    const columns = names.join(", ");
    let statement = prepared.get(columns);
    if (statement === undefined) {
      statement = db.prepare(`${verb} INTO ${table} (${columns}) VALUES (${names.map(() => "?").join(", ")})`);
      prepared.set(columns, statement);
    }
    statement.run(names.map((name) => row[name]));
  };
};

export const insert = (db: Db, table: string, row: Row): void => inserter(db, table)(row);

/** Changes columns of one issue, leaving out those that a smaller schema lacks. Throws when there is no such issue. */
export const updateIssue = (db: Db, id: string, changes: Row): void => {
  const known = columnsOf(db, "issues");
  const names = Object.keys(changes).filter((name) => known.has(name));
  const sets = names.map((name) => `${name} = ?`).join(", ");
  const { changes: rows } = db
    .prepare(`UPDATE issues SET ${sets} WHERE id = ?`)
    .run(...names.map((name) => changes[name]), id);
  if (rows !== 1) throw new Error(`There is no issue ${id}`);
};

export const findIssue = (db: Db, id: string): Row | undefined =>
  db.prepare<[string], Row>("SELECT * FROM issues WHERE id = ?").get(id);

/** Throws when there is no such issue. */
export const getIssue = (db: Db, id: string): Row => {
  const issue = findIssue(db, id);
  if (issue === undefined) throw new Error(`There is no issue ${id}`);
  return issue;
};

/**
 * What bd 0.47.1 does whenever it opens a database for writing: it builds `dependencies` anew, and drops the rows
 * whose target is neither an issue of this database nor an external reference.
 */
const migrate = (db: Db): void => {
  if (!columnsOf(db, "dependencies").has("thread_id")) return;
  db.exec(`
    DROP VIEW IF EXISTS ready_issues;
    DROP VIEW IF EXISTS blocked_issues;
    ${dependenciesSql("dependencies_new")}
    INSERT INTO dependencies_new (issue_id, depends_on_id, type, created_at, created_by, metadata, thread_id)
      SELECT issue_id, depends_on_id, type, created_at, created_by, metadata, thread_id FROM dependencies
      WHERE depends_on_id LIKE 'external:%' OR depends_on_id IN (SELECT id FROM issues);
    DROP TABLE dependencies;
    ALTER TABLE dependencies_new RENAME TO dependencies;
    ${dependencyIndexesSql}
    ${viewsSql}`);
};

/** One write command of bd: first the migration in a transaction of its own, then the work in another. */
export const writeAsBd = <T>(file: string, work: (db: Db) => T): T => {
  write(file, migrate);
  return write(file, work);
};
