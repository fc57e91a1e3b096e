import { type BeadsSchema, compileQueries, type Queries, type Shape } from "@gastown/sql";
import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";

const compiled = new Map<string, Queries>();

/** The queries for a shape in SQLite's dialect. The databases of a town mostly have one shape, and share its queries. */
export function queriesFor(shape: Shape): Queries {
  const key = JSON.stringify(shape);
  let queries = compiled.get(key);
  if (queries === undefined) compiled.set(key, (queries = compile(shape)));
  return queries;
}

function compile(shape: Shape): Queries {
  const compiler = new Kysely<BeadsSchema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  const db = compiler as unknown as ReadonlyKysely<BeadsSchema>;
  return compileQueries(db, shape, (json) => sql<string>`(select value from json_each(${json}))`);
}
