import {
  type CompiledQuery,
  type Expression,
  type ExpressionBuilder,
  type ExpressionWrapper,
  sql,
  type SqlBool,
} from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import type { BeadsSchema } from "./schema.ts";
import type { Shape } from "./shape.ts";

export interface ConvoyRecord {
  readonly id: string;
  readonly title: string | null;
  readonly status: string | null;
  readonly owned: number | string | boolean | bigint | null;
  readonly created_at: unknown;
  readonly updated_at: unknown;
}

export interface TrackRecord {
  readonly convoy: string;
  readonly reference: string | null;
}

export interface IssueRecord {
  readonly id: string;
  readonly status: string | null;
  readonly title: string | null;
  readonly assignee: string | null;
  readonly closed_at: unknown;
  readonly updated_at: unknown;
}

/** A query with one parameter: a JSON array of ids. */
export type ByIds<R> = (ids: readonly string[]) => CompiledQuery<R>;

/** Every question asked of a beads database, compiled once for its shape. */
export interface Queries {
  readonly openConvoys: CompiledQuery<ConvoyRecord>;
  readonly closedConvoys: CompiledQuery<ConvoyRecord>;
  readonly convoys: ByIds<ConvoyRecord>;
  readonly tracks: ByIds<TrackRecord>;
  readonly openTracks: CompiledQuery<TrackRecord>;
  /** Tracks of closed convoys that may name one of these ids; filter by the exact reference. */
  readonly closedTracks: CompiledQuery<TrackRecord>;
  readonly issues: ByIds<IssueRecord>;
}

/** How a dialect turns a JSON array of ids, bound as one parameter, into rows. */
export type IdList = (json: string) => Expression<string>;

const DONE = ["closed", "tombstone"] as const;

type Db = ReadonlyKysely<BeadsSchema>;
type Issues = ExpressionBuilder<BeadsSchema, "issues">;

/** Compiles the queries for one database. Constants are literals, so that only the ids are bound. */
export function compileQueries(db: Db, shape: Shape, idList: IdList): Queries {
  const convoys = db
    .selectFrom("issues")
    .select((eb) => [
      "issues.id",
      "issues.status",
      optional(shape.title, "issues.title").as("title"),
      optional(shape.createdAt, "issues.created_at").as("created_at"),
      optional(shape.updatedAt, "issues.updated_at").as("updated_at"),
      shape.labels ? hasLabel(eb, "gt:owned").as("owned") : sql<SqlBool>`0`.as("owned"),
    ])
    .where((eb) => isConvoy(eb, shape));
  const tracks = db
    .selectFrom("dependencies")
    .select(["dependencies.issue_id as convoy", "dependencies.depends_on_id as reference"])
    .where("dependencies.type", "=", sql.lit("tracks"));
  const issues = db
    .selectFrom("issues")
    .select([
      "issues.id",
      "issues.status",
      optional(shape.title, "issues.title").as("title"),
      optional(shape.assignee, "issues.assignee").as("assignee"),
      optional(shape.closedAt, "issues.closed_at").as("closed_at"),
      optional(shape.updatedAt, "issues.updated_at").as("updated_at"),
    ]);

  return {
    openConvoys: compile(convoys.where(notDone)),
    closedConvoys: compile(convoys.where("issues.status", "=", sql.lit("closed"))),
    convoys: byIds(convoys.where("issues.id", "in", idList("[]"))),
    tracks: byIds(
      tracks
        .where("dependencies.issue_id", "in", idList("[]"))
        .orderBy("dependencies.issue_id")
        .orderBy("dependencies.depends_on_id"),
    ),
    openTracks: compile(
      tracks
        .innerJoin("issues", "issues.id", "dependencies.issue_id")
        .where(notDone)
        .where((eb) => isConvoy(eb, shape)),
    ),
    closedTracks: compile(
      tracks
        .innerJoin("issues", "issues.id", "dependencies.issue_id")
        .where("issues.status", "=", sql.lit("closed"))
        .where((eb) => isConvoy(eb, shape)),
    ),
    issues: byIds(issues.where("issues.id", "in", idList("[]"))),
  };
}

/** Ranges instead of `not in`, so that the index on `status` leads to the few that are not done. */
function notDone(eb: Issues): Expression<SqlBool> {
  const [closed, tombstone] = DONE;
  return eb.or([
    eb("issues.status", "<", sql.lit(closed)),
    eb.and([eb("issues.status", ">", sql.lit(closed)), eb("issues.status", "<", sql.lit(tombstone))]),
    eb("issues.status", ">", sql.lit(tombstone)),
  ]);
}

/** Type `convoy`, or label `gt:convoy`; where the schema has neither to ask, whatever tracks something. */
function isConvoy(eb: Issues, shape: Shape): Expression<SqlBool> {
  const signs: Expression<SqlBool>[] = [];
  if (shape.issueType) signs.push(eb("issues.issue_type", "=", sql.lit("convoy")));
  if (shape.labels) signs.push(hasLabel(eb, "gt:convoy"));
  if (signs.length > 0) return eb.or(signs);
  return eb.exists(
    eb
      .selectFrom("dependencies as d")
      .select(sql`1`.as("one"))
      .whereRef("d.issue_id", "=", "issues.id")
      .where("d.type", "=", sql.lit("tracks")),
  );
}

function hasLabel(eb: Issues, label: string): ExpressionWrapper<BeadsSchema, "issues", SqlBool> {
  return eb.exists(
    eb
      .selectFrom("labels")
      .select(sql`1`.as("one"))
      .whereRef("labels.issue_id", "=", "issues.id")
      .where("labels.label", "=", sql.lit(label)),
  );
}

function optional<T extends string>(there: boolean, column: T): ReturnType<typeof sql.ref<string | null>> {
  return there ? sql.ref<string | null>(column) : sql<string | null>`null`;
}

function compile<R>(query: { compile(): CompiledQuery<unknown> }): CompiledQuery<R> {
  return query.compile() as CompiledQuery<R>;
}

function byIds<R>(query: { compile(): CompiledQuery<unknown> }): ByIds<R> {
  const compiled = compile<R>(query);
  return (ids) => ({ ...compiled, parameters: [JSON.stringify(ids)] });
}
