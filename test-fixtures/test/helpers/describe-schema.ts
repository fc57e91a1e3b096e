import Database from "better-sqlite3";

export interface TableShape {
  readonly columns: readonly (readonly [
    name: string,
    type: string,
    notNull: number,
    fallback: string | null,
    pk: number,
  ])[];
  readonly indexes: Readonly<
    Record<string, { readonly unique: number; readonly partial: number; readonly columns: readonly string[] }>
  >;
  readonly foreignKeys: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}

interface Index {
  readonly name: string;
  readonly unique: number;
  readonly partial: number;
}

interface ForeignKey {
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly on_delete: string;
}

const describeTable = (db: Database.Database, table: string): TableShape => {
  const all = <T>(pragma: string, name: string): T[] =>
    db.prepare<[string], T>(`SELECT * FROM pragma_${pragma}(?)`).all(name);
  const indexes = all<Index>("index_list", table).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return {
    columns: all<Column>("table_info", table).map(({ name, type, notnull, dflt_value, pk }) => [
      name,
      type,
      notnull,
      dflt_value,
      pk,
    ]),
    indexes: Object.fromEntries(
      indexes.map(({ name, unique, partial }) => [
        name,
        { unique, partial, columns: all<Column>("index_info", name).map((column) => column.name) },
      ]),
    ),
    foreignKeys: all<ForeignKey>("foreign_key_list", table).map(
      ({ from, table: target, to, on_delete }) => `${from} -> ${target}(${to}) on delete ${on_delete}`,
    ),
  };
};

/** What a reader can ask SQLite about every table, and the names of the views. */
export const describeSchema = (file: string): { tables: Record<string, TableShape>; views: string[] } => {
  const db = new Database(file, { fileMustExist: true });
  try {
    const names = (type: string): string[] =>
      db
        .prepare<[string], string>(
          "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .pluck()
        .all(type);
    return {
      tables: Object.fromEntries(names("table").map((table) => [table, describeTable(db, table)])),
      views: names("view"),
    };
  } finally {
    db.close();
  }
};
