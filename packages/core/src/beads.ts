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

/** Times of rows may be whole seconds: one that comes after another may seem to come so much before it, in milliseconds. */
export const TIME_SLACK = 1_000;

/** What gt keeps in the description of a convoy. */
export interface ConvoyFields {
  /** Addresses that are written to when it has completed: owner, notify, watchers, in this order, each once. */
  readonly notify: readonly string[];
  /** How the work of its issues gets to the main branch, when it says so. */
  readonly merge?: "direct" | "mr" | "local";
  /** The stamp `completion_notified_at` as stored: gt has told people, or has tried to. */
  readonly toldAt?: string;
}

/** What gt keeps in the description of a merge request. */
export interface MergeRequestFields {
  readonly branch?: string;
  readonly target?: string;
  /** The issue whose work it is. */
  readonly sourceIssue?: string;
  readonly worker?: string;
  readonly commitSha?: string;
  readonly mergeCommit?: string;
  /** `merged`, `rejected`, `conflict`, `superseded`. */
  readonly closeReason?: string;
  readonly retryCount?: number;
  /** The issue that asks for its conflict to be resolved. */
  readonly conflictTaskId?: string;
}

/** What gt keeps in the description of an issue that it has given to a worker. */
export interface AttachmentFields {
  readonly noMerge: boolean;
  readonly reviewOnly: boolean;
  readonly mergeStrategy?: string;
}

/** Reads the description of a convoy as gt does (`ParseConvoyFields`). */
export function parseConvoyFields(description: string): ConvoyFields {
  const fields = fieldsOf(description);
  const watchers = fields.get("watchers")?.split(",") ?? [];
  const addresses = [fields.get("owner"), fields.get("notify"), ...watchers].map((address) => address?.trim() ?? "");
  const merge = fields.get("merge");
  return {
    notify: [...new Set(addresses.filter((address) => address !== ""))],
    ...((merge === "direct" || merge === "mr" || merge === "local") && { merge }),
    ...pick(fields, { toldAt: "completion_notified_at" }),
  };
}

/** Reads the description of a merge request as gt does (`ParseMRFields`): there, `null` is no value. */
export function parseMergeRequestFields(description: string): MergeRequestFields {
  const fields = fieldsOf(description, (key, value) =>
    key === "retry_count" ? NUMBER.test(value) : value.toLowerCase() !== "null",
  );
  const retries = NUMBER.exec(fields.get("retry_count") ?? "")?.[0];
  return {
    ...pick(fields, {
      branch: "branch",
      target: "target",
      sourceIssue: "source_issue",
      worker: "worker",
      commitSha: "commit_sha",
      mergeCommit: "merge_commit",
      closeReason: "close_reason",
      conflictTaskId: "conflict_task_id",
    }),
    ...(retries !== undefined && { retryCount: Number(retries) }),
  };
}

/** Reads the description of an issue as gt does (`ParseAttachmentFields`). */
export function parseAttachmentFields(description: string): AttachmentFields {
  const fields = fieldsOf(description);
  return {
    noMerge: fields.get("no_merge")?.toLowerCase() === "true",
    reviewOnly: fields.get("review_only")?.toLowerCase() === "true",
    ...pick(fields, { mergeStrategy: "merge_strategy" }),
  };
}

/**
 * The lines `key: value`, between prose. Keys without case, and as gt writes them by hand: `a_b`, `a-b`, `ab` are one.
 * The last line that has a value wins.
 */
function fieldsOf(
  description: string,
  counts: (key: string, value: string) => boolean = () => true,
): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of description.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    // A later line counts however it is written, so that the spellings share one entry.
    const key = SPELLINGS.get(written) ?? written;
    const value = line.slice(colon + 1).trim();
    if (value !== "" && counts(key, value)) fields.set(key, value);
  }
  return fields;
}

const NUMBER = /^[+-]?\d+/;

/** Keys of several words, each in its three spellings. No other mixture of `_` and `-` is a key. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [
    "completion_notified_at",
    "source_issue",
    "commit_sha",
    "merge_commit",
    "close_reason",
    "retry_count",
    "conflict_task_id",
    "no_merge",
    "review_only",
    "merge_strategy",
  ].flatMap((key) => [key, key.replaceAll("_", "-"), key.replaceAll("_", "")].map((spelling) => [spelling, key])),
);

/** Those of these keys that are there, by names of ours. */
function pick<K extends string>(
  fields: ReadonlyMap<string, string>,
  keys: Readonly<Record<K, string>>,
): { readonly [P in K]?: string } {
  const there = Object.entries<string>(keys).flatMap(([name, key]) => {
    const value = fields.get(key);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(there) as { readonly [P in K]?: string };
}
