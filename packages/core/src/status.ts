/** What is known of a tracked issue: finished, not finished, or not to be told. */
export type IssueState = "done" | "open" | "unknown";

/** Closed, or deleted with a trace (`tombstone`, beads up to 0.50). */
export function isDone(status: string): boolean {
  return status === "closed" || status === "tombstone";
}

/** What beads itself knows besides these is a status of the town's own. */
export function isBuiltIn(status: string): boolean {
  return isDone(status) || /^(?:open|in_progress|blocked|deferred|pinned|hooked)$/.test(status);
}

/** Whether gt knows what to do with a convoy of this status: one that an agent has hooked it can neither check nor close. */
export function isKnown(status: string): boolean {
  return status === "open" || isDone(status) || isStaged(status);
}

/** Planned by gt, not launched yet: `staged_ready`, `staged_warnings`. */
export function isStaged(status: string): boolean {
  return status.startsWith("staged_");
}
