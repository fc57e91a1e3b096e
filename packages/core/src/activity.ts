import { isDone } from "./beads.ts";

/** What a line of `bd activity --json` says that matters here. */
export interface ActivityEvent {
  /** `create`, `update`, `delete`, `comment`, `status`, or a kind that a later `bd` adds. */
  readonly type: string;
  /** Id of the issue it speaks of. */
  readonly issue: string;
  /** RFC 3339, as printed; empty when the line has none. */
  readonly timestamp: string;
  /** Status before, where the line tells it. */
  readonly oldStatus?: string;
  /** Status after, where the line tells it. */
  readonly newStatus?: string;
}

/** What became of a line: an event, nothing that concerns us, or a reason why it cannot be one. */
export type DecodedLine =
  | { readonly kind: "event"; readonly event: ActivityEvent }
  /** Valid, but it speaks of no issue. */
  | { readonly kind: "ignored" }
  | { readonly kind: "rejected"; readonly why: "not JSON" | "not an object" | "no type" };

const IGNORED: DecodedLine = { kind: "ignored" };

/** Decodes one line. Never throws: unknown kinds and fields are harmless, and a line that is no event is told apart from a broken one. */
export function decodeEvent(line: string): DecodedLine {
  if (line.trim() === "") return IGNORED;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "rejected", why: "not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "rejected", why: "not an object" };
  }
  const { type, issue_id: issue, timestamp, old_status: from, new_status: to } = value as Record<string, unknown>;
  if (typeof type !== "string") return { kind: "rejected", why: "no type" };
  if (typeof issue !== "string" || issue === "") return IGNORED;
  return {
    kind: "event",
    event: {
      type,
      issue,
      timestamp: typeof timestamp === "string" ? timestamp : "",
      ...(typeof from === "string" && { oldStatus: from }),
      ...(typeof to === "string" && { newStatus: to }),
    },
  };
}

/** Whether an event may have completed something: a close, or a deletion (a deleted issue counts as done). */
export function mayComplete({ type, newStatus }: ActivityEvent): boolean {
  return type === "delete" || (type === "status" && newStatus !== undefined && isDone(newStatus));
}

/** Whether an event says that a closed issue is open again. */
export function isReopening({ type, oldStatus, newStatus }: ActivityEvent): boolean {
  return type === "status" && oldStatus === "closed" && newStatus !== undefined && !isDone(newStatus);
}
