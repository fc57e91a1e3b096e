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
