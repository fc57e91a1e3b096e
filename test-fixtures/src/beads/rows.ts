import type { Db, Row } from "../schema/open.ts";

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
