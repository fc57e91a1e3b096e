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
