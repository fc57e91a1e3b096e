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

/**
 * How a convoy names what it tracks: a bare id (`hq-2jn`), or `external:<project>:<id>`.
 *
 * The middle has meant three things (first folder of the route, first two parts of the id, prefix), so it is kept
 * for show and never used to match or to route.
 */
export interface Reference {
  /** The tracked issue's id; empty when the reference names none. */
  readonly id: string;
  /** The middle segment of an external reference. */
  readonly project?: string;
}

const EXTERNAL = "external:";

/** Reads a reference as stored. Anything that is not of the external form is a bare id, exact in every character. */
export function parseReference(stored: string): Reference {
  if (!stored.startsWith(EXTERNAL)) return { id: stored };
  const colon = stored.indexOf(":", EXTERNAL.length);
  if (colon === -1) return { id: stored };
  const project = stored.slice(EXTERNAL.length, colon);
  return { id: project === "" ? "" : stored.slice(colon + 1), project };
}

/** Whether a stored reference names this issue: the whole last segment, exact in case and characters. */
export function refersTo(stored: string, issue: string): boolean {
  return issue !== "" && parseReference(stored).id === issue;
}

const ARGUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** Whether an id may become an argument of a command: never one that starts like a flag or holds anything odd. */
export function isSafeArgument(id: string): boolean {
  return ARGUMENT.test(id);
}

const FORMAT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * A time as beads stores it, in milliseconds since the epoch: RFC 3339 with up to nine digits in local time
 * (`2026-01-12T17:57:25.123456789-08:00`), or UTC in whole seconds (`2026-01-13 01:57:25`). Undefined when it is neither.
 */
export function parseTime(stored: string | undefined): number | undefined {
  const [, day, clock, fraction = "", zone = "Z"] = FORMAT.exec(stored?.trim() ?? "") ?? [];
  if (day === undefined) return undefined;
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const time = Date.parse(`${day}T${clock}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  return Number.isNaN(time) ? undefined : time;
}
