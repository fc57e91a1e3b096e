import { type Expression, type Kysely, sql, type SqlBool } from "kysely";
import {
  compileMailQuery,
  compileMergeQueries,
  type MailRecord,
  type MergeRecord,
  type MergeSourceRecord,
} from "./merge-queries.ts";
import {
  type ByIds,
  byIds,
  closed,
  compile,
  type Compiled,
  type Db,
  type Family,
  hasLabel,
  isConvoy,
  type Issues,
  notDone,
  optional,
  type Row,
  signedIn,
  target,
  together,
} from "./query-parts.ts";
import type { BeadsSchema, Shape } from "./schema.ts";

/** A row of a convoy. */
export type ConvoyRecord = Row<"id" | "title" | "status" | "owned" | "created_at" | "updated_at">;
/** The same with what its description and its close say. */
export type WholeConvoyRecord = ConvoyRecord & Row<"closed_at" | "close_reason" | "description">;
/** A row of `dependencies`. */
export type TrackRecord = Row<"convoy" | "reference">;
/** A row of an open convoy, and of what it tracks. */
export type OpenTrackRecord = TrackRecord & Row<"status" | "type">;
/** A row of an issue. */
export type IssueRecord = Row<"id" | "status" | "title" | "assignee" | "closed_at" | "updated_at">;

/** Every question asked of a beads database, in whatever it is kept, compiled once for its shape. */
export interface Queries {
  readonly openConvoys: Compiled<ConvoyRecord>;
  readonly closedConvoys: Compiled<ConvoyRecord>;
  readonly convoys: ByIds<WholeConvoyRecord>;
  readonly tracks: ByIds<TrackRecord>;
  readonly openTracks: Compiled<TrackRecord>;
  /** Both of the open convoys in one: a row for each thing that one tracks, and one without a type for each that tracks nothing. */
  readonly openWithTracks: Compiled<OpenTrackRecord>;
  /** What the open convoys track among references, not ids. */
  readonly openTracksTo: ByIds<TrackRecord>;
  /** Tracks of closed convoys that may name one of these ids; filter by the exact reference. */
  readonly closedTracks: Compiled<TrackRecord>;
  readonly issues: ByIds<IssueRecord>;
  /** Rows that may be mails about the end of a convoy; undefined where they cannot be told from others. */
  readonly mailsAbout: ((convoy: string) => Compiled<MailRecord>) | undefined;
  /** All merge requests, and these issues; undefined where merge requests cannot be told from others. */
  readonly mergeRequests: ByIds<MergeRecord> | undefined;
  /** Those of these ids that are merge requests. */
  readonly mergeSources: ByIds<MergeSourceRecord> | undefined;
}

/** How a dialect turns a JSON array of ids, bound as one parameter, into rows. */
export type IdList = (json: string) => Expression<string>;

/**
 * Where the search for convoys begins: at the few issues that are not done, or at those with the sign of a convoy. SQLite has
 * an index on the status alone; Dolt has one on type and label, too, and reads all issues that are not done otherwise.
 */
export type ConvoySearch = "by status" | "by sign";

/** Compiles the queries for one database. Constants are literals, so that only the ids are bound. */
export function compileQueries(
  compiler: Kysely<BeadsSchema>,
  shape: Shape,
  idList: IdList,
  search: ConvoySearch = "by status",
): Queries {
  // Nothing but reads can be built from here on.
  const db = compiler as unknown as Db;
  const families = familiesOf(shape);
  const tracking = families.filter((family, index) => index === 0 || family.shape.dependencies !== false);
  const ids = idList("[]");

  const isOne = (family: Family) => db.selectFrom(family.issues).where((eb) => isConvoy(eb, family));
  const found = (family: Family): ReturnType<typeof isOne> => {
    const signed = search === "by sign" ? signedIn(db, family, "convoy") : undefined;
    if (signed === undefined) return isOne(family);
    return db.selectFrom(signed).innerJoin(family.issues, "i.id", "g.id");
  };
  const convoys = (family: Family, from: typeof isOne) =>
    from(family).select((eb) => [
      "i.id",
      "i.status",
      ...optional(family, "title", "created_at", "updated_at"),
      family.shape.labels ? hasLabel(eb, family, "gt:owned", "owned").as("owned") : sql<SqlBool>`0`.as("owned"),
    ]);
  const wholeConvoys = (family: Family) =>
    convoys(family, isOne).select(optional(family, "closed_at", "close_reason", "description"));
  const tracks = (family: Family) =>
    db
      .selectFrom(family.dependencies)
      .select(["d.issue_id as convoy", target(family.shape).as("reference")])
      .where("d.type", "=", sql.lit("tracks"));
  const tracksOf = (family: Family, state: (eb: Issues) => Expression<SqlBool>) => {
    const all = tracks(family)
      .innerJoin(family.issues, "i.id", "d.issue_id")
      .where((eb) => state(eb));
    const signed = search === "by sign" ? signedIn(db, family, "convoy") : undefined;
    if (signed === undefined) return all.where((eb) => isConvoy(eb, family));
    return all.innerJoin(signed, "g.id", "i.id") as unknown as typeof all;
  };
  const issues = (family: Family) =>
    db
      .selectFrom(family.issues)
      .select(["i.id", "i.status", ...optional(family, "title", "assignee", "closed_at", "updated_at")]);

  return {
    openConvoys: compile(together(tracking, (family) => convoys(family, found).where(notDone))),
    closedConvoys: compile(together(tracking, (family) => convoys(family, found).where(closed))),
    convoys: byIds(together(tracking, (family) => wholeConvoys(family).where("i.id", "in", ids))),
    tracks: byIds(
      together(tracking, (family) => tracks(family).where("d.issue_id", "in", ids))
        .orderBy("convoy")
        .orderBy("reference"),
    ),
    openWithTracks: compile(
      together(tracking, (family) =>
        found(family)
          .where(notDone)
          .leftJoin(family.dependencies, (join) =>
            join.onRef("d.issue_id", "=", "i.id").on("d.type", "=", sql.lit("tracks")),
          )
          .select(["i.id as convoy", "i.status", "d.type", target(family.shape).as("reference")]),
      ),
    ),
    openTracks: compile(together(tracking, (family) => tracksOf(family, notDone))),
    openTracksTo: byIds(
      together(tracking, (family) => tracksOf(family, notDone).where(target(family.shape), "in", ids)),
    ),
    closedTracks: compile(together(tracking, (family) => tracksOf(family, closed))),
    issues: byIds(together(families, (family) => issues(family).where("i.id", "in", ids))),
    mailsAbout: compileMailQuery(db, families),
    ...compileMergeQueries(db, families, ids),
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
