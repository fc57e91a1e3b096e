import { DatabaseError } from "@gastown/convoy-core";

/** Columns of issues that not every schema has; only `id` and `status` are always there. */
const OPTIONAL = [
  "title",
  "description",
  "issue_type",
  "assignee",
  "created_at",
  "created_by",
  "updated_at",
  "closed_at",
  "close_reason",
] as const;
/** One of them. */
export type OptionalColumn = (typeof OPTIONAL)[number];

/** The tables of a beads database, as far as they are read here. */
export interface BeadsSchema {
  issues: Record<"id" | "status", string> & Record<OptionalColumn, string | null>;
  /** Who depends on whom; a convoy depends on what it tracks, with type `tracks`. */
  dependencies: Record<"issue_id" | "depends_on_id" | "type", string>;
  /** Labels, such as `gt:owned`. */
  labels: Record<"issue_id" | "label", string>;
}

/** All tables that convoys and their issues are read from; there may be any others beside them. */
export const TABLES: readonly string[] = [
  "issues",
  "dependencies",
  "labels",
  "events",
  "wisps",
  "wisp_dependencies",
  "wisp_labels",
  "wisp_events",
];

/** What one set of tables has: issues with these columns, and their dependencies, labels and events. */
export interface FamilyShape extends Readonly<Record<OptionalColumn, boolean>> {
  readonly labels: boolean;
  readonly events: boolean;
  /** How a dependency names its target: in one column, or split in three. False: it can hold no convoys. */
  readonly dependencies: "single" | "split" | false;
}

/** Which tables and columns a database has. Probed once for each opening: beads has changed its schema often. */
export interface Shape extends FamilyShape {
  /** Short-lived issues have tables of their own in Dolt databases from beads 0.56 on. */
  readonly wisps?: FamilyShape;
}

/** Columns by table. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether there is such a table, with these columns at least. */
export function hasColumns(columns: Columns, table: string, ...wanted: readonly string[]): boolean {
  const there = columns.get(table);
  return there !== undefined && wanted.every((column) => there.has(column));
}

/**
 * Reads the shape off the columns.
 *
 * @throws {DatabaseError} `empty` when there is no table at all, `foreign` when it is not a beads database
 */
export function shapeOf(name: string, columns: Columns): Shape {
  const has = (table: string, ...wanted: string[]): boolean => hasColumns(columns, table, ...wanted);
  if (columns.size === 0) {
    throw new DatabaseError(
      "empty",
      name,
      `${name} is empty: it has no tables`,
      "remove it if it was made by mistake, then run `bd init`, or `bd doctor --fix`",
    );
  }
  if (!has("issues", "id", "status")) {
    throw new DatabaseError(
      "foreign",
      name,
      `${name} is not a beads database: it has no table issues(id, status)`,
      "check metadata.json beside it: `database` must name the beads database",
    );
  }
  const family = (issues: string, dependencies: string, labels: string, events: string): FamilyShape => ({
    ...(Object.fromEntries(OPTIONAL.map((column) => [column, has(issues, column)])) as Record<OptionalColumn, boolean>),
    labels: has(labels, "issue_id", "label"),
    events: has(events, "id", "issue_id", "event_type"),
    dependencies: has(dependencies, "issue_id", "type") && targetOf(has, dependencies),
  });
  const own = family("issues", "dependencies", "labels", "events");
  if (!has("wisps", "id", "status")) return own;
  return { ...own, wisps: family("wisps", "wisp_dependencies", "wisp_labels", "wisp_events") };
}

function targetOf(has: (table: string, ...wanted: string[]) => boolean, table: string): "single" | "split" | false {
  if (has(table, "depends_on_id")) return "single";
  return has(table, "depends_on_issue_id", "depends_on_wisp_id", "depends_on_external") && "split";
}
