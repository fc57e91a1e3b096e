/** What is known of a tracked issue: finished, not finished, or not to be told. */
export type IssueState = "done" | "open" | "unknown";

/** Closed, or deleted with a trace (`tombstone`, beads up to 0.50). */
export function isDone(status: string): boolean {
  return status === "closed" || status === "tombstone";
}

/** Planned by gt, not launched yet: `staged_ready`, `staged_warnings`. */
export function isStaged(status: string): boolean {
  return status.startsWith("staged_");
}
