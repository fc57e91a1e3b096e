import type { ConvoyRow, IssueRow, TrackRow } from "@gastown/convoy-core";
import type { ConvoyRecord, IssueRecord, TrackRecord } from "./queries.ts";

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
