import {
  type AliasedRawBuilder,
  type AliasedSelectQueryBuilder,
  DummyDriver,
  type Expression,
  type ExpressionBuilder,
  type ExpressionWrapper,
  Kysely,
  MysqlAdapter,
  MysqlQueryCompiler,
  type SelectQueryBuilder,
  sql,
  SqliteAdapter,
  type SqlBool,
  SqliteQueryCompiler,
} from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import type { BeadsSchema, FamilyShape, OptionalColumn } from "./schema.ts";

/** A beads database, to be read only. */
export type Db = ReadonlyKysely<BeadsSchema>;

/** Compiles queries for the databases of a store, and runs none: each store has its own way to its databases. */
export function compilerOf(dialect: "sqlite" | "mysql"): Kysely<BeadsSchema> {
  return new Kysely<BeadsSchema>({
    dialect: {
      createAdapter: () => (dialect === "sqlite" ? new SqliteAdapter() : new MysqlAdapter()),
      createQueryCompiler: () => (dialect === "sqlite" ? new SqliteQueryCompiler() : new MysqlQueryCompiler()),
      createDriver: () => new DummyDriver(),
      createIntrospector() {
        throw new TypeError("there is no database to look into");
      },
    },
  });
}

/** A query as text, for the driver of its database to run, and the rows that it gives; kysely's own type forgets them. */
export interface Compiled<R> {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Never there: any query could stand for any other without it. */
  readonly row?: R;
}

/** A query whose parameters are all the same: a JSON array of ids. */
export type ByIds<R> = (ids: readonly string[]) => Compiled<R>;

/** A row as a driver gives it. SQLite keeps any type in any column. */
export type Row<Column extends string> = Readonly<Record<Column, unknown>>;

/** What queries can name, once they read issues. */
type WithIssues = BeadsSchema & { i: BeadsSchema["issues"] };
/** A row of issues, or of wisps, under the alias that all queries use. */
export type Issues = ExpressionBuilder<WithIssues, "i">;

/** Tables that belong together. Under these aliases the wisps of a Dolt database answer the same questions. */
export interface Family {
  readonly shape: FamilyShape;
  readonly issues: "issues as i";
  readonly dependencies: "dependencies as d";
  readonly labels: "labels as l";
}

/** One query over all families. */
export function together<DB, TB extends keyof DB, O>(
  families: readonly Family[],
  select: (family: Family) => SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  const [first, ...rest] = families.map(select);
  if (first === undefined) throw new RangeError("no tables");
  return rest.reduce((query, next) => query.unionAll(next), first);
}

/** Anything that selects these rows. */
// oxlint-disable-next-line typescript/no-explicit-any
type Selecting<O> = SelectQueryBuilder<any, any, O>;

/** Its rows are those of the query, whose columns `tsc` holds to their names. How it was built is not kept. */
export function compile<O>(query: Selecting<O>): Compiled<O> {
  const { sql: text, parameters } = query.compile();
  return { sql: text, parameters };
}

/** A compiled query that takes ids, in place of each of its parameters. */
export function byIds<O>(query: Selecting<O>): ByIds<O> {
  const compiled = compile(query);
  return (ids) => {
    const json = JSON.stringify(ids);
    return { ...compiled, parameters: compiled.parameters.map(() => json) };
  };
}

const DONE = ["closed", "tombstone"] as const;

/** Ranges instead of `not in`, so that the index on `status` leads to the few that are not done. */
export function notDone(eb: Issues): Expression<SqlBool> {
  const [closedStatus, tombstone] = DONE;
  return eb.or([
    eb("i.status", "<", sql.lit(closedStatus)),
    eb.and([eb("i.status", ">", sql.lit(closedStatus)), eb("i.status", "<", sql.lit(tombstone))]),
    eb("i.status", ">", sql.lit(tombstone)),
  ]);
}

export function closed(eb: Issues): Expression<SqlBool> {
  return eb("i.status", "=", sql.lit(DONE[0]));
}

/** Type `convoy`, or label `gt:convoy`; where the schema has neither to ask, whatever tracks something. */
export function isConvoy(eb: Issues, family: Family): Expression<SqlBool> {
  const { issue_type, labels } = family.shape;
  const signs: Expression<SqlBool>[] = [];
  if (issue_type) signs.push(eb("i.issue_type", "=", sql.lit("convoy")));
  if (labels) signs.push(hasLabel(eb, family, "gt:convoy"));
  if (signs.length > 0) return eb.or(signs);
  return eb.exists(
    eb
      .selectFrom(family.dependencies)
      .select(sql`1`.as("one"))
      .whereRef("d.issue_id", "=", "i.id")
      .where("d.type", "=", sql.lit("tracks")),
  );
}

/**
 * Ids of all that has the sign of a kind (a type, or `gt:` and the type as a label), each once; undefined where the schema has
 * no sign to ask for.
 */
export function signedIn(
  db: Db,
  { issues, labels, shape }: Family,
  kind: "convoy" | "merge-request" | "message",
): AliasedSelectQueryBuilder<{ id: string }, "g"> | undefined {
  const byType = db.selectFrom(issues).select("i.id").where("i.issue_type", "=", sql.lit(kind));
  const byLabel = db
    .selectFrom(labels)
    .select("l.issue_id as id")
    .where("l.label", "=", sql.lit(`gt:${kind}`));
  if (shape.issue_type && shape.labels) return byType.union(byLabel).as("g");
  if (shape.issue_type) return byType.as("g");
  return shape.labels ? byLabel.as("g") : undefined;
}

/** Those rows alone that have the sign of a kind, as `signedIn`; all of them where there is no sign to ask for. */
export function withSign<Q>(db: Db, family: Family, kind: "merge-request" | "message", query: Q): Q {
  const signed = signedIn(db, family, kind);
  return signed === undefined ? query : ((query as Selecting<unknown>).innerJoin(signed, "g.id", "i.id") as Q);
}

export function hasLabel(
  eb: Issues,
  { labels }: Family,
  ...names: readonly string[]
): ExpressionWrapper<WithIssues, "i", SqlBool> {
  return eb.exists(
    eb
      .selectFrom(labels)
      .select(sql`1`.as("one"))
      .whereRef("l.issue_id", "=", "i.id")
      .where(
        "l.label",
        "in",
        names.map((name) => sql.lit(name)),
      ),
  );
}

/** What a dependency is on: one column, or from beads 1.0.5 on the one of three that is set. */
export function target({ dependencies }: FamilyShape): ReturnType<typeof sql.ref<string | null>> {
  if (dependencies !== "split") return sql.ref<string | null>("d.depends_on_id");
  return sql<
    string | null
  >`coalesce(${sql.ref("d.depends_on_issue_id")}, ${sql.ref("d.depends_on_wisp_id")}, ${sql.ref("d.depends_on_external")})`;
}

/** These columns of issues, null where the schema has none of that name. */
export function optional<C extends OptionalColumn>(
  { shape }: Family,
  ...columns: readonly C[]
): { [Column in C]: AliasedRawBuilder<string | null, Column> }[C][] {
  return columns.map((name) => sql<string | null>`${shape[name] ? sql.ref(`i.${name}`) : sql`null`}`.as(name));
}
