import { DatabaseError } from "@gastown/convoy-core";

/** Which tables and columns a database has. Probed once for each opening: beads has changed its schema often. */
export interface Shape {
  readonly title: boolean;
  readonly assignee: boolean;
  readonly createdAt: boolean;
  readonly updatedAt: boolean;
  readonly closedAt: boolean;
  readonly issueType: boolean;
  readonly labels: boolean;
  readonly events: boolean;
  /** It can hold convoys: the table `dependencies` is there. */
  readonly dependencies: boolean;
}

/** Columns by table. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads the shape off the columns.
 *
 * @throws {DatabaseError} `empty` when there is no table at all, `foreign` when it is not a beads database
 */
export function shapeOf(name: string, columns: Columns): Shape {
  const has = (table: string, ...wanted: string[]): boolean => {
    const there = columns.get(table);
    return there !== undefined && wanted.every((column) => there.has(column));
  };
  if (columns.size === 0) {
    throw new DatabaseError("empty", name, `${name} is empty: it has no tables`, "remove it if it was made by mistake, then run `bd init`, or `bd doctor --fix`");
  }
  if (!has("issues", "id", "status")) {
    throw new DatabaseError("foreign", name, `${name} is not a beads database: it has no table issues(id, status)`, "check metadata.json beside it: `database` must name the beads database");
  }
  return {
    title: has("issues", "title"),
    assignee: has("issues", "assignee"),
    createdAt: has("issues", "created_at"),
    updatedAt: has("issues", "updated_at"),
    closedAt: has("issues", "closed_at"),
    issueType: has("issues", "issue_type"),
    labels: has("labels", "issue_id", "label"),
    events: has("events", "id", "issue_id", "event_type"),
    dependencies: has("dependencies", "issue_id", "depends_on_id", "type"),
  };
}
