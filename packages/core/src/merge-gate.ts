import { type AttachmentFields, type MergeRequestFields, parseTime } from "./beads.ts";

/** A merge request as its row has it. Times as stored. */
export interface MergeRequest {
  readonly id: string;
  readonly status: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly closedAt?: string;
  /** The column, which says more than the field of the same name. */
  readonly closeReason?: string;
  /** What its description says. */
  readonly fields: MergeRequestFields;
  /** Issues of its database that block it and are not closed. */
  readonly blockers: readonly string[];
}

/** What the rows say of how the work of one closed issue gets to the main branch. */
export interface MergeRequests {
  /** Those that name exactly this issue, in any order. */
  readonly requests: readonly MergeRequest[];
  /** When the issue was closed, and what for. */
  readonly closedAt?: string;
  readonly closeReason?: string;
  /** What the issue's own description asks for. */
  readonly attachment?: AttachmentFields;
  /** Labels of the issue that say that it waits for its merge: two forks of gt set them. */
  readonly labels?: readonly string[];
  /** Why all this cannot be known, in words. */
  readonly unread?: string;
}

/** Why an issue that is closed holds its convoy up. */
export interface Unmerged {
  /** In words, a sentence without a stop. */
  readonly why: string;
  /** The merge request, its branch and where that is to go. */
  readonly request?: string;
  readonly branch?: string;
  readonly target?: string;
  /** The issue that asks for its conflict to be resolved. */
  readonly task?: string;
  /** When the merge request last changed, as stored. */
  readonly since?: string;
  /** That was so long ago that nobody may be at it any more. */
  readonly stale?: boolean;
}

/**
 * What becomes of a closed issue at the gate:
 * - `hold`: its rows say that its work is not merged
 * - `pass`: they do not say so; `words` where they do not say the opposite either
 */
export type MergeVerdict =
  | { readonly kind: "hold"; readonly unmerged: Unmerged }
  | { readonly kind: "pass"; readonly words?: string };

/** Labels of an issue that waits for its merge. */
export const WAITING_LABELS = ["awaiting_refinery_merge", "stranded-merge"] as const;

/**
 * Judges a closed issue by its merge requests. It holds only for what rows say, never for what they lack: they are
 * purged, do not travel, and are not made by everybody.
 */
export function decideMerge(issue: string, known: MergeRequests): MergeVerdict {
  if (known.unread !== undefined) return unknown(known.unread);
  const waived = waiverOf(known.attachment);
  if (waived !== undefined) return { kind: "pass", words: `the refinery does not merge it: ${waived}` };

  const newest = newestOf(known.requests);
  if (newest === "unordered")
    return unknown("one of its merge requests is merged, and which is the newest cannot be told");
  if (newest !== undefined && newest.status !== "closed")
    return hold(newest, `${named(issue, newest)} is not merged${waitOf(newest)}`);
  if (newest !== undefined && !isMerged(newest)) {
    const rejection = rejectionOf(newest);
    if (rejection !== undefined) return atRejection(issue, newest, rejection, known.closedAt);
  }

  const label = WAITING_LABELS.find((one) => known.labels?.includes(one));
  if (label !== undefined && !known.requests.some(isMerged)) {
    const since = known.closedAt === undefined ? {} : { since: known.closedAt };
    const why = `${issue} is closed; it has the label ${label}, and no merge request of it is known to be merged`;
    return { kind: "hold", unmerged: { why, ...since } };
  }

  if (newest === undefined)
    return known.closeReason?.startsWith("Merged in ") ? { kind: "pass" } : unknown("no merge request known");
  if (isMerged(newest)) return { kind: "pass" };
  const reason = newest.closeReason || newest.fields.closeReason;
  return unknown(
    `its merge request ${newest.id} was closed ${reason === undefined ? "without a reason" : `(${reason})`}`,
  );
}

function unknown(why: string): MergeVerdict {
  return { kind: "pass", words: `merge state unknown: ${why}` };
}

/** Work that the refinery itself would reject. */
function waiverOf(attachment: AttachmentFields | undefined): string | undefined {
  if (attachment?.noMerge) return "no_merge: true";
  if (attachment?.reviewOnly) return "review_only: true";
  const strategy = attachment?.mergeStrategy;
  return strategy === "local" || strategy === "direct" ? `merge_strategy: ${strategy}` : undefined;
}

/** Deleted ones count for nothing. Of those made at the same time, one that is not closed. */
function newestOf(requests: readonly MergeRequest[]): MergeRequest | "unordered" | undefined {
  const there = requests.filter((request) => request.status !== "tombstone");
  const times = there.map((request) => parseTime(request.createdAt));
  const ordered = times.every((time) => time !== undefined);
  if (!ordered && there.length > 1 && there.some(isMerged)) return "unordered";
  const last = Math.max(...times.map((time) => time ?? 0));
  const newest = ordered ? there.filter((_, index) => times[index] === last) : there;
  return newest.find((request) => request.status !== "closed") ?? newest.find(rejectionOf) ?? newest[0];
}

function isMerged({ status, closeReason, fields }: MergeRequest): boolean {
  if (status !== "closed") return false;
  return saysMerged(closeReason) || (saysMerged(fields.closeReason) && rejectedBy(closeReason) === undefined);
}

function rejectionOf({ closeReason, fields }: MergeRequest): string | undefined {
  return rejectedBy(closeReason) ?? (saysMerged(closeReason) ? undefined : rejectedBy(fields.closeReason));
}

function saysMerged(reason: string | undefined): boolean {
  return reason !== undefined && /^merged/i.test(reason);
}

/** The reason, when it is one for not merging. */
function rejectedBy(reason: string | undefined): string | undefined {
  return reason !== undefined && /^(?:rejected|conflict)/i.test(reason) ? reason : undefined;
}

/** Whoever closes the issue after its merge request was turned down has decided that it is done. */
function atRejection(
  issue: string,
  request: MergeRequest,
  rejection: string,
  closedAt: string | undefined,
): MergeVerdict {
  const [decided, rejected] = [parseTime(closedAt), parseTime(request.closedAt)];
  const turnedDown = /^conflict/i.test(rejection) ? `was closed: ${rejection}` : `was ${rejection}`;
  if (decided === undefined || rejected === undefined)
    return unknown(
      `its merge request ${request.id} ${turnedDown}, and whether ${issue} was closed after that cannot be told`,
    );
  if (decided > rejected) return unknown(`${issue} was closed after its merge request ${request.id} ${turnedDown}`);
  return hold(request, `${named(issue, request)} ${turnedDown}`);
}

function hold(request: MergeRequest, why: string): MergeVerdict {
  const { branch, target, conflictTaskId } = request.fields;
  return {
    kind: "hold",
    unmerged: {
      why,
      request: request.id,
      ...(branch !== undefined && { branch }),
      ...(target !== undefined && { target }),
      ...(conflictTaskId !== undefined && { task: conflictTaskId }),
      ...(request.updatedAt !== undefined && { since: request.updatedAt }),
    },
  };
}

function named(issue: string, { id, fields: { branch, target } }: MergeRequest): string {
  const way = [branch, target].filter((end) => end !== undefined).join(" → ");
  return `${issue} is closed; its merge request ${id}${way === "" ? "" : ` (${way})`}`;
}

function waitOf({ fields: { conflictTaskId }, blockers }: MergeRequest): string {
  if (conflictTaskId !== undefined) return `: it waits for conflict task ${conflictTaskId}`;
  return blockers.length === 0 ? "" : `: it is blocked by ${blockers.join(", ")}`;
}
