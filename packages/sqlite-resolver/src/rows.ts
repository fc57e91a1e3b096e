import {
  type ConvoyRow,
  type IssueRow,
  type MergeRows,
  type Message,
  type OpenConvoys,
  parseConvoyFields,
  parseMergeRequestFields,
  tellsOf,
  type TrackRow,
} from "@gastown/convoy-core";
import type { MailRecord, MergeRecord, MergeSourceRecord } from "./merge-queries.ts";
import type { ConvoyRecord, IssueRecord, OpenTrackRecord, TrackRecord, WholeConvoyRecord } from "./queries.ts";

/** A row of the database as the core wants it. */
export function toConvoy(row: ConvoyRecord): ConvoyRow {
  const createdAt = time(row.created_at);
  const updatedAt = time(row.updated_at);
  return {
    id: text(row.id),
    title: text(row.title),
    status: statusOf(row.status),
    owned: Boolean(Number(row.owned)),
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}

/** The same with what its description and its close say. */
export function toWholeConvoy(row: WholeConvoyRecord): ConvoyRow {
  const closedAt = time(row.closed_at);
  const closeReason = text(row.close_reason);
  return {
    ...toConvoy(row),
    ...(closedAt !== undefined && { closedAt }),
    ...(closeReason !== "" && { closeReason }),
    ...(row.description !== null && parseConvoyFields(text(row.description))),
  };
}

/** Those of the rows that are mails about the end of this convoy. */
export function toMessages(convoy: string, rows: readonly MailRecord[]): Message[] {
  return rows
    .filter((row) => tellsOf(convoy, { createdBy: text(row.created_by), description: text(row.description) }))
    .map((row) => ({ to: text(row.assignee), at: time(row.created_at) ?? "" }));
}

/** Rows of both kinds as the core wants them. A request that is in two tables is taken once. */
export function toMergeRows(rows: readonly MergeRecord[]): MergeRows {
  const issues = new Map<string, MergeRows["issues"][number]>();
  const requests = new Map<string, MergeRows["requests"][number]>();
  for (const row of rows) {
    const id = text(row.id);
    const closedAt = time(row.closed_at);
    const closeReason = text(row.close_reason);
    const common = {
      id,
      description: text(row.description),
      ...(closedAt !== undefined && { closedAt }),
      ...(closeReason !== "" && { closeReason }),
    };
    const names = text(row.names)
      .split(",")
      .filter((name) => name !== "");
    if (row.kind === "issue") {
      issues.set(id, { ...common, labels: names });
      continue;
    }
    const createdAt = time(row.created_at);
    const updatedAt = time(row.updated_at);
    requests.set(id, {
      ...common,
      status: statusOf(row.status),
      blockers: names,
      ...(createdAt !== undefined && { createdAt }),
      ...(updatedAt !== undefined && { updatedAt }),
    });
  }
  return { issues: [...issues.values()], requests: [...requests.values()] };
}

/** The issue that each merge request is about. */
export function toMergeSources(rows: readonly MergeSourceRecord[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const row of rows) {
    const source = parseMergeRequestFields(text(row.description)).sourceIssue;
    if (source !== undefined) sources.set(text(row.id), source);
  }
  return sources;
}

/** A row of the database as the core wants it. */
export function toIssue(row: IssueRecord): IssueRow {
  const since = time(row.closed_at) ?? time(row.updated_at);
  return {
    id: text(row.id),
    status: statusOf(row.status),
    ...(row.title !== null && { title: text(row.title) }),
    ...(row.assignee !== null && row.assignee !== "" && { assignee: text(row.assignee) }),
    ...(since !== undefined && { since }),
  };
}

/** Rows of open convoys, one for each thing that one tracks, as the core wants them: in a stable order. */
export function toOpenConvoys(rows: readonly OpenTrackRecord[]): OpenConvoys {
  const convoys = new Map(rows.map((row) => [text(row.convoy), statusOf(row.status)]));
  const tracks = rows.filter((row) => row.type !== null).map(toTrack);
  return {
    convoys: [...convoys].map(([id, status]) => ({ id, status })),
    tracks: tracks.toSorted(
      (one, other) => compare(one.convoy, other.convoy) || compare(one.reference, other.reference),
    ),
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** A row of the database as the core wants it. A dependency on nothing is kept: it can't be judged, and so is told. */
export function toTrack(row: TrackRecord): TrackRow {
  return { convoy: text(row.convoy), reference: text(row.reference) };
}

/**
 * A column as text, whatever was stored: SQLite keeps any type in any column. A number that does not come out of the
 * database as it went in is no text, lest it name another issue.
 */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return Number.isSafeInteger(value) ? String(value) : "";
}

/** What is not text is no status that bd knows, and so not done. */
function statusOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function time(value: unknown): string | undefined {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" && value !== "" ? value : undefined;
}
