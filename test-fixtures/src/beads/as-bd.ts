import { dependencyIndexesSql } from "../schema/indexes.ts";
import { write } from "../schema/open.ts";
import type { Db } from "../schema/open.ts";
import { dependenciesSql } from "../schema/tables.ts";
import { viewsSql } from "../schema/views.ts";
import { closeIssue } from "./change.ts";
import { columnsOf } from "./rows.ts";

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
export const writeAsBd = <T>(file: string, migrates: boolean, work: (db: Db) => T): T => {
  if (migrates) write(file, migrate);
  return write(file, work);
};

/**
 * What beads does by itself when an issue closes: a convoy with the label `gt:convoy` closes when nothing it tracks
 * in this very database is left open. External references do not count, and nobody is told.
 */
export const closeConvoysOf = (db: Db, id: string): void => {
  if (columnsOf(db, "labels").size === 0) return;
  const complete = db
    .prepare<[string], string>(
      `SELECT c.id FROM issues c
       JOIN labels l ON l.issue_id = c.id AND l.label = 'gt:convoy'
       JOIN dependencies d ON d.issue_id = c.id AND d.type = 'tracks' AND d.depends_on_id = ?
       WHERE c.status != 'closed' AND NOT EXISTS (
         SELECT 1 FROM dependencies t JOIN issues i ON i.id = t.depends_on_id
         WHERE t.issue_id = c.id AND t.type = 'tracks' AND i.status NOT IN ('closed', 'tombstone'))`,
    )
    .pluck()
    .all(id);
  const how = { reason: "All tracked issues completed", actor: "system:convoy-completion" };
  for (const convoy of complete) closeIssue(db, convoy, how);
};
