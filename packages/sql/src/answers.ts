import {
  type ConvoyRow,
  type IssueDatabase,
  type IssueRow,
  type MergeRows,
  type Message,
  type OpenConvoys,
  parseConvoyFields,
  parseMergeRequestFields,
  refersTo,
  tellsOf,
  type TrackRow,
} from "@gastown/convoy-core";
import type { MailRecord, MergeRecord, MergeSourceRecord } from "./merge-queries.ts";
import type { ConvoyRecord, IssueRecord, OpenTrackRecord, Queries, TrackRecord, WholeConvoyRecord } from "./queries.ts";
import type { Compiled, Row } from "./query-parts.ts";

/** Which query a question leads to, of those for the shape of a database; undefined where it has no such query. */
export type Question<R> = (queries: Queries, ids: readonly string[]) => Compiled<R> | undefined;

/** How one store runs a query. Ids may be asked for some at a time. */
export interface Asking {
  /** Undefined where there is no such query. */
  rows<R>(question: Question<R>, ids?: readonly string[]): Promise<R[] | undefined>;
  /** Fails where the tables can hold no convoys. */
  convoyRows<R>(question: Question<R>, ids?: readonly string[]): Promise<R[]>;
}

/** The questions that every store over SQL answers in the same way. */
export type Answers = Omit<
  Required<IssueDatabase>,
  "name" | "schema" | "revision" | "openWithTracks" | "openTracksOf" | "gone" | "doneStatuses" | "renew"
>;

/** Only what was asked for is answered: to a server, `AL-X` may be the same as `al-x`, and `al-x ` as well. */
export function answersBy({ rows, convoyRows }: Asking): Answers {
  return {
    openConvoys: async () => (await convoyRows((queries) => queries.openConvoys)).map(toConvoy),
    closedConvoys: async () => (await convoyRows((queries) => queries.closedConvoys)).map((row) => text(row.id)),
    convoys: async (ids) =>
      exactly(ids, (await convoyRows((queries, some) => queries.convoys(some), ids)).map(toWholeConvoy)),
    async tracks(convoys) {
      const wanted = new Set(convoys);
      const found = await convoyRows((queries, some) => queries.tracks(some), convoys);
      return found.map(toTrack).filter((row) => wanted.has(row.convoy));
    },
    openTracks: async () => (await convoyRows((queries) => queries.openTracks)).map(toTrack),
    async closedConvoysTracking(issue) {
      const found = (await convoyRows((queries) => queries.closedTracks)).map(toTrack);
      return [...new Set(found.filter((row) => refersTo(row.reference, issue)).map((row) => row.convoy))];
    },
    issues: async (ids) =>
      exactly(ids, ((await rows((queries, some) => queries.issues(some), ids)) ?? []).map(toIssue)),
    async messagesAbout(convoy) {
      const found = await rows((queries) => queries.mailsAbout?.(convoy));
      return found && toMessages(convoy, found);
    },
    async mergeRequests(ids) {
      const found = await rows((queries, some) => queries.mergeRequests?.(some), ids);
      return found && toMergeRows(ids, found);
    },
    async mergeSources(ids) {
      const found = (await rows((queries, some) => queries.mergeSources?.(some), ids)) ?? [];
      return toMergeSources(exactly(ids, found));
    },
  };
}

/** Those of the rows that were asked for. */
export function exactly<R extends Row<"id">>(ids: readonly string[], rows: readonly R[]): R[] {
  const wanted = new Set<unknown>(ids);
  return rows.filter((row) => wanted.has(row.id));
}

function toConvoy(row: ConvoyRecord): ConvoyRow {
  return {
    id: text(row.id),
    title: text(row.title),
    status: statusOf(row.status),
    owned: Boolean(Number(row.owned)),
    ...madeAndChanged(row),
  };
}

/** The same with what its description and its close say. */
function toWholeConvoy(row: WholeConvoyRecord): ConvoyRow {
  return {
    ...toConvoy(row),
    ...closing(row),
    ...(row.description !== null && parseConvoyFields(text(row.description))),
  };
}

function madeAndChanged(row: Row<"created_at" | "updated_at">): Pick<ConvoyRow, "createdAt" | "updatedAt"> {
  const createdAt = time(row.created_at);
  const updatedAt = time(row.updated_at);
  return { ...(createdAt !== undefined && { createdAt }), ...(updatedAt !== undefined && { updatedAt }) };
}

function closing(row: Row<"closed_at" | "close_reason">): Pick<ConvoyRow, "closedAt" | "closeReason"> {
  const closedAt = time(row.closed_at);
  const closeReason = text(row.close_reason);
  return { ...(closedAt !== undefined && { closedAt }), ...(closeReason !== "" && { closeReason }) };
}

/** Those of the rows that are mails about the end of this convoy. */
function toMessages(convoy: string, rows: readonly MailRecord[]): Message[] {
  return rows
    .filter((row) => tellsOf(convoy, { createdBy: text(row.created_by), description: text(row.description) }))
    .map((row) => ({ to: text(row.assignee), at: time(row.created_at) ?? "" }));
}

/** Rows of both kinds as the core wants them. A request that is in two tables is taken once. */
function toMergeRows(ids: readonly string[], rows: readonly MergeRecord[]): MergeRows {
  const wanted = new Set(ids);
  const issues = new Map<string, MergeRows["issues"][number]>();
  const requests = new Map<string, MergeRows["requests"][number]>();
  for (const row of rows) {
    const id = text(row.id);
    const common = { id, description: text(row.description), ...closing(row) };
    const names = text(row.names)
      .split(",")
      .filter((name) => name !== "");
    if (row.kind === "request")
      requests.set(id, { ...common, status: statusOf(row.status), blockers: names, ...madeAndChanged(row) });
    else if (wanted.has(id)) issues.set(id, { ...common, labels: names });
  }
  return { issues: [...issues.values()], requests: [...requests.values()] };
}

/** The issue that each merge request is about. */
function toMergeSources(rows: readonly MergeSourceRecord[]): Map<string, string> {
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
