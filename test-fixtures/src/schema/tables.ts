import type { SchemaVariant } from "../town/types.ts";
import { issueColumns } from "./issue-columns.ts";

const ofIssue = "FOREIGN KEY (issue_id) REFERENCES issues(id) ON DELETE CASCADE";
const now = "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP";
const serial = "id INTEGER PRIMARY KEY AUTOINCREMENT";

const issues = (schema: Exclude<SchemaVariant, "minimal">): string => `
CREATE TABLE issues (
  ${issueColumns(schema)
    .map(([name, declaration]) => `${name} ${declaration}`)
    .join(",\n  ")},
  CHECK (
    (status = 'closed' AND closed_at IS NOT NULL) OR
    (status = 'tombstone') OR
    (status NOT IN ('closed', 'tombstone') AND closed_at IS NULL)
  )
);`;

export const dependenciesSql = (name = "dependencies"): string => `
CREATE TABLE ${name} (
  issue_id TEXT NOT NULL,
  depends_on_id TEXT NOT NULL,
  type TEXT NOT NULL DEFAULT 'blocks',
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  created_by TEXT NOT NULL,
  metadata TEXT,
  thread_id TEXT,
  PRIMARY KEY (issue_id, depends_on_id, type),
  ${ofIssue}
);`;

const others = `
CREATE TABLE labels (issue_id TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (issue_id, label), ${ofIssue});
CREATE TABLE comments (
  ${serial}, issue_id TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, created_at ${now}, ${ofIssue});
CREATE TABLE events (
  ${serial}, issue_id TEXT NOT NULL, event_type TEXT NOT NULL, actor TEXT NOT NULL,
  old_value TEXT, new_value TEXT, comment TEXT, created_at ${now}, ${ofIssue});
CREATE TABLE config (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE dirty_issues (issue_id TEXT PRIMARY KEY, marked_at ${now}, content_hash TEXT, ${ofIssue});
CREATE TABLE export_hashes (issue_id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, exported_at ${now}, ${ofIssue});
CREATE TABLE child_counters (
  parent_id TEXT PRIMARY KEY, last_child INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (parent_id) REFERENCES issues(id) ON DELETE CASCADE);
CREATE TABLE issue_snapshots (
  ${serial}, issue_id TEXT NOT NULL, snapshot_time DATETIME NOT NULL, compaction_level INTEGER NOT NULL,
  original_size INTEGER NOT NULL, compressed_size INTEGER NOT NULL, original_content TEXT NOT NULL,
  archived_events TEXT, ${ofIssue});
CREATE TABLE compaction_snapshots (
  ${serial}, issue_id TEXT NOT NULL, compaction_level INTEGER NOT NULL, snapshot_json BLOB NOT NULL,
  created_at ${now}, ${ofIssue});
CREATE TABLE repo_mtimes (
  repo_path TEXT PRIMARY KEY, jsonl_path TEXT NOT NULL, mtime_ns INTEGER NOT NULL, last_checked ${now});
CREATE TABLE blocked_issues_cache (issue_id TEXT NOT NULL, PRIMARY KEY (issue_id), ${ofIssue});
`;

const minimal = `
CREATE TABLE issues (id TEXT PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE dependencies (
  issue_id TEXT NOT NULL, depends_on_id TEXT NOT NULL, type TEXT NOT NULL,
  PRIMARY KEY (issue_id, depends_on_id, type));
`;

/** Every table of a variant, without the indexes. */
export const tablesSql = (schema: SchemaVariant): string =>
  schema === "minimal" ? minimal : issues(schema) + others + dependenciesSql();
