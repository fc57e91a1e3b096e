import type { SchemaVariant } from "../town/types.ts";

type Column = readonly [name: string, declaration: string];

const since0471 = new Set(["owner", "crystallizes", "work_type", "quality_score", "source_system"]);

const text = (name: string): Column => [name, "TEXT DEFAULT ''"];
const requiredText = (name: string): Column => [name, "TEXT NOT NULL DEFAULT ''"];
const integer = (name: string): Column => [name, "INTEGER DEFAULT 0"];

/** Columns of `issues` in a fresh database of bd 0.47.1, in their order there. */
const columns0471: readonly Column[] = [
  ["id", "TEXT PRIMARY KEY"],
  ["content_hash", "TEXT"],
  ["title", "TEXT NOT NULL CHECK (length(title) <= 500)"],
  ...["description", "design", "acceptance_criteria", "notes"].map(requiredText),
  ["status", "TEXT NOT NULL DEFAULT 'open'"],
  ["priority", "INTEGER NOT NULL DEFAULT 2 CHECK (priority >= 0 AND priority <= 4)"],
  ["issue_type", "TEXT NOT NULL DEFAULT 'task'"],
  ["assignee", "TEXT"],
  ["estimated_minutes", "INTEGER"],
  ["created_at", "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"],
  text("created_by"),
  text("owner"),
  ["updated_at", "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"],
  ["closed_at", "DATETIME"],
  text("closed_by_session"),
  ["external_ref", "TEXT"],
  integer("compaction_level"),
  ["compacted_at", "DATETIME"],
  ["compacted_at_commit", "TEXT"],
  ["original_size", "INTEGER"],
  ["deleted_at", "DATETIME"],
  ...["deleted_by", "delete_reason", "original_type", "sender"].map(text),
  ...["ephemeral", "pinned", "is_template", "crystallizes"].map(integer),
  text("mol_type"),
  ["work_type", "TEXT DEFAULT 'mutex'"],
  ["quality_score", "REAL"],
  ...["source_system", "event_kind", "actor", "target", "payload"].map(text),
  ["source_repo", "TEXT DEFAULT '.'"],
  text("close_reason"),
  ["await_type", "TEXT"],
  ["await_id", "TEXT"],
  ["timeout_ns", "INTEGER"],
  ["waiters", "TEXT"],
  ...["hook_bead", "role_bead", "agent_state"].map(text),
  ["last_activity", "DATETIME"],
  ...["role_type", "rig"].map(text),
  ["due_at", "DATETIME"],
  ["defer_until", "DATETIME"],
];

const since0496: readonly Column[] = [
  ["metadata", "TEXT NOT NULL DEFAULT '{}'"],
  text("wisp_type"),
  ["spec_id", "TEXT"],
];

export const issueColumns = (schema: Exclude<SchemaVariant, "minimal">): readonly Column[] => {
  if (schema === "0.46") return columns0471.filter(([name]) => !since0471.has(name));
  return schema === "0.49.6" ? [...columns0471, ...since0496] : columns0471;
};

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

/** Indexes of bd 0.47.1: the table, and for each index its columns, and what makes it partial or unique. */
const indexes: Readonly<Record<string, readonly string[]>> = {
  idx_issues_status: ["issues(status)"],
  idx_issues_priority: ["issues(priority)"],
  idx_issues_assignee: ["issues(assignee)"],
  idx_issues_created_at: ["issues(created_at)"],
  idx_issues_updated_at: ["issues(updated_at)"],
  idx_issues_status_priority: ["issues(status, priority)"],
  idx_issues_external_ref: ["issues(external_ref)"],
  idx_issues_external_ref_unique: ["issues(external_ref)", "external_ref IS NOT NULL", "UNIQUE"],
  idx_issues_source_repo: ["issues(source_repo)"],
  idx_issues_deleted_at: ["issues(deleted_at)", "deleted_at IS NOT NULL"],
  idx_issues_ephemeral: ["issues(ephemeral)", "ephemeral = 1"],
  idx_issues_sender: ["issues(sender)", "sender != ''"],
  idx_issues_pinned: ["issues(pinned)", "pinned = 1"],
  idx_issues_is_template: ["issues(is_template)", "is_template = 1"],
  idx_issues_gate: ["issues(issue_type)", "issue_type = 'gate'"],
  idx_issues_due_at: ["issues(due_at)"],
  idx_issues_defer_until: ["issues(defer_until)"],
  idx_labels_label: ["labels(label)"],
  idx_labels_label_issue: ["labels(label, issue_id)"],
  idx_comments_issue: ["comments(issue_id)"],
  idx_comments_created_at: ["comments(created_at)"],
  idx_events_issue: ["events(issue_id)"],
  idx_events_created_at: ["events(created_at)"],
  idx_events_issue_type: ["events(issue_id, event_type)"],
  idx_dirty_issues_marked_at: ["dirty_issues(marked_at)"],
  idx_snapshots_issue: ["issue_snapshots(issue_id)"],
  idx_snapshots_level: ["issue_snapshots(compaction_level)"],
  idx_comp_snap_issue_level_created: ["compaction_snapshots(issue_id, compaction_level, created_at DESC)"],
  idx_repo_mtimes_checked: ["repo_mtimes(last_checked)"],
};

/** Those of `dependencies` alone, which bd makes anew whenever it opens a database for writing. */
const dependencyIndexes: Readonly<Record<string, readonly string[]>> = {
  idx_dependencies_issue_id: ["dependencies(issue_id)"],
  idx_dependencies_depends_on: ["dependencies(depends_on_id)"],
  idx_dependencies_type: ["dependencies(type)"],
  idx_dependencies_depends_on_type: ["dependencies(depends_on_id, type)"],
  idx_dependencies_depends_on_type_issue: ["dependencies(depends_on_id, type, issue_id)"],
  idx_dependencies_issue_type: ["dependencies(issue_id, type)"],
};

const statements = (all: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(all)
    .map(
      ([name, [on, where, unique = ""]]) => `CREATE ${unique} INDEX ${name} ON ${on}${where ? ` WHERE ${where}` : ""};`,
    )
    .join("\n");

export const indexesSql: string = statements(indexes);
export const dependencyIndexesSql: string = statements(dependencyIndexes);

const unfinished = "('open', 'in_progress', 'blocked', 'deferred')";

/** bd's two views: what is ready, and what waits. A reader meets them as names that are no tables. */
export const viewsSql: string = `
CREATE VIEW ready_issues AS
WITH RECURSIVE blocked(issue_id, depth) AS (
  SELECT d.issue_id, 0 FROM dependencies d JOIN issues b ON b.id = d.depends_on_id
  WHERE d.type = 'blocks' AND b.status IN ${unfinished}
  UNION
  SELECT d.issue_id, blocked.depth + 1 FROM blocked JOIN dependencies d ON d.depends_on_id = blocked.issue_id
  WHERE d.type = 'parent-child' AND blocked.depth < 50
)
SELECT i.* FROM issues i WHERE i.status = 'open' AND i.id NOT IN (SELECT issue_id FROM blocked);

CREATE VIEW blocked_issues AS
SELECT i.*, count(d.depends_on_id) AS blocked_by_count
FROM issues i
JOIN dependencies d ON d.issue_id = i.id AND d.type = 'blocks'
JOIN issues b ON b.id = d.depends_on_id AND b.status IN ${unfinished}
WHERE i.status IN ${unfinished}
GROUP BY i.id;
`;
