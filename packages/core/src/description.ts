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
    ...optional("toldAt", fields.get("completion_notified_at")),
  };
}

/** Reads the description of a merge request as gt does (`ParseMRFields`): there, `null` is no value. */
export function parseMergeRequestFields(description: string): MergeRequestFields {
  const fields = fieldsOf(description, (key, value) =>
    key === "retry_count" ? NUMBER.test(value) : value.toLowerCase() !== "null",
  );
  const retries = NUMBER.exec(fields.get("retry_count") ?? "")?.[0];
  return {
    ...optional("branch", fields.get("branch")),
    ...optional("target", fields.get("target")),
    ...optional("sourceIssue", fields.get("source_issue")),
    ...optional("worker", fields.get("worker")),
    ...optional("commitSha", fields.get("commit_sha")),
    ...optional("mergeCommit", fields.get("merge_commit")),
    ...optional("closeReason", fields.get("close_reason")),
    ...(retries !== undefined && { retryCount: Number(retries) }),
    ...optional("conflictTaskId", fields.get("conflict_task_id")),
  };
}

/** Reads the description of an issue as gt does (`ParseAttachmentFields`). */
export function parseAttachmentFields(description: string): AttachmentFields {
  const fields = fieldsOf(description);
  return {
    noMerge: fields.get("no_merge")?.toLowerCase() === "true",
    reviewOnly: fields.get("review_only")?.toLowerCase() === "true",
    ...optional("mergeStrategy", fields.get("merge_strategy")),
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

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: string });
}
