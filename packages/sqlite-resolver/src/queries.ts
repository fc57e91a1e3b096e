import { type CompiledQuery, type Expression, type SelectQueryBuilder, sql, type SqlBool } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import { closed, type Family, hasLabel, isConvoy, type Issues, notDone, optional, target } from "./conditions.ts";
import type { BeadsSchema } from "./schema.ts";
import type { Shape } from "./shape.ts";

/** A row of a convoy, as the driver gives it; `toConvoy` reads it. */
export interface ConvoyRecord {
  readonly id: string;
  readonly title: string | null;
  readonly status: string | null;
  readonly owned: number | string | boolean | bigint | null;
  readonly created_at: unknown;
  readonly updated_at: unknown;
}

/** A row of `dependencies`; `toTrack` reads it. */
export interface TrackRecord {
  readonly convoy: string;
  readonly reference: string | null;
}

/** A row of an issue; `toIssue` reads it. */
export interface IssueRecord {
  readonly id: string;
  readonly status: string | null;
  readonly title: string | null;
  readonly assignee: string | null;
  readonly closed_at: unknown;
  readonly updated_at: unknown;
}

/** A query whose parameters are all the same: a JSON array of ids. */
export type ByIds<R> = (ids: readonly string[]) => CompiledQuery<R>;

/** Every question asked of a beads database, in whatever it is kept, compiled once for its shape. */
export interface Queries {
  readonly openConvoys: CompiledQuery<ConvoyRecord>;
  readonly closedConvoys: CompiledQuery<ConvoyRecord>;
  readonly convoys: ByIds<ConvoyRecord>;
  readonly tracks: ByIds<TrackRecord>;
  readonly openTracks: CompiledQuery<TrackRecord>;
  /** What the open convoys track among references, not ids. */
  readonly openTracksTo: ByIds<TrackRecord>;
  /** Tracks of closed convoys that may name one of these ids; filter by the exact reference. */
  readonly closedTracks: CompiledQuery<TrackRecord>;
  readonly issues: ByIds<IssueRecord>;
}

/** How a dialect turns a JSON array of ids, bound as one parameter, into rows. */
export type IdList = (json: string) => Expression<string>;

/** A beads database, to be read only. */
export type Db = ReadonlyKysely<BeadsSchema>;

/** Compiles the queries for one database. Constants are literals, so that only the ids are bound. */
export function compileQueries(db: Db, shape: Shape, idList: IdList): Queries {
  const families = familiesOf(shape);
  const tracking = families.filter((family, index) => index === 0 || family.shape.dependencies !== false);
  const ids = idList("[]");

  const convoys = (family: Family) =>
    db
      .selectFrom(family.issues)
      .select((eb) => [
        "i.id",
        "i.status",
        optional(family.shape.title, "i.title").as("title"),
        optional(family.shape.createdAt, "i.created_at").as("created_at"),
        optional(family.shape.updatedAt, "i.updated_at").as("updated_at"),
        family.shape.labels ? hasLabel(eb, family, "gt:owned", "owned").as("owned") : sql<SqlBool>`0`.as("owned"),
      ])
      .where((eb) => isConvoy(eb, family));
  const tracks = (family: Family) =>
    db
      .selectFrom(family.dependencies)
      .select(["d.issue_id as convoy", target(family.shape).as("reference")])
      .where("d.type", "=", sql.lit("tracks"));
  const tracksOf = (family: Family, state: (eb: Issues) => Expression<SqlBool>) =>
    tracks(family)
      .innerJoin(family.issues, "i.id", "d.issue_id")
      .where((eb) => state(eb))
      .where((eb) => isConvoy(eb, family));
  const issues = (family: Family) =>
    db
      .selectFrom(family.issues)
      .select([
        "i.id",
        "i.status",
        optional(family.shape.title, "i.title").as("title"),
        optional(family.shape.assignee, "i.assignee").as("assignee"),
        optional(family.shape.closedAt, "i.closed_at").as("closed_at"),
        optional(family.shape.updatedAt, "i.updated_at").as("updated_at"),
      ]);

  return {
    openConvoys: compile(together(tracking, (family) => convoys(family).where(notDone))),
    closedConvoys: compile(together(tracking, (family) => convoys(family).where(closed))),
    convoys: byIds(together(tracking, (family) => convoys(family).where("i.id", "in", ids))),
    tracks: byIds(
      together(tracking, (family) => tracks(family).where("d.issue_id", "in", ids))
        .orderBy("convoy")
        .orderBy("reference"),
    ),
    openTracks: compile(together(tracking, (family) => tracksOf(family, notDone))),
    openTracksTo: byIds(
      together(tracking, (family) => tracksOf(family, notDone).where(target(family.shape), "in", ids)),
    ),
    closedTracks: compile(together(tracking, (family) => tracksOf(family, closed))),
    issues: byIds(together(families, (family) => issues(family).where("i.id", "in", ids))),
  };
}

function familiesOf(shape: Shape): readonly Family[] {
  const own: Family = { shape, issues: "issues as i", dependencies: "dependencies as d", labels: "labels as l" };
  if (shape.wisps === undefined) return [own];
  const wisps = {
    shape: shape.wisps,
    issues: "wisps as i",
    dependencies: "wisp_dependencies as d",
    labels: "wisp_labels as l",
  };
  return [own, wisps as unknown as Family];
}

/** One query over all families. */
function together<DB, TB extends keyof DB, O>(
  families: readonly Family[],
  select: (family: Family) => SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  const [first, ...rest] = families.map(select);
  if (first === undefined) throw new RangeError("no tables");
  return rest.reduce((query, next) => query.unionAll(next), first);
}

function compile<R>(query: { compile(): CompiledQuery }): CompiledQuery<R> {
  return query.compile();
}

function byIds<R>(query: { compile(): CompiledQuery }): ByIds<R> {
  const compiled = compile<R>(query);
  return (ids) => {
    const json = JSON.stringify(ids);
    return { ...compiled, parameters: compiled.parameters.map(() => json) };
  };
}
