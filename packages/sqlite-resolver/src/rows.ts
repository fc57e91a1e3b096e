import type { ConvoyRow, IssueRow, TrackRow } from "@gastown/convoy-core";
import type { ConvoyRecord, IssueRecord, TrackRecord } from "./queries.ts";

/** A row of the database as the core wants it. */
export function toConvoy(row: ConvoyRecord): ConvoyRow {
  const createdAt = time(row.created_at);
  const updatedAt = time(row.updated_at);
  return {
    id: row.id,
    title: row.title ?? "",
    status: row.status ?? "",
    owned: Boolean(Number(row.owned)),
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}

/** A row of the database as the core wants it. */
export function toIssue(row: IssueRecord): IssueRow {
  const since = time(row.closed_at) ?? time(row.updated_at);
  return {
    id: row.id,
    status: row.status ?? "",
    ...(row.title !== null && { title: row.title }),
    ...(row.assignee !== null && row.assignee !== "" && { assignee: row.assignee }),
    ...(since !== undefined && { since }),
  };
}

/** A row of the database as the core wants it. A dependency on nothing is kept: it can't be judged, and so is told. */
export function toTrack(row: TrackRecord): TrackRow {
  return { convoy: row.convoy, reference: row.reference ?? "" };
}

function time(value: unknown): string | undefined {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" && value !== "" ? value : undefined;
}
