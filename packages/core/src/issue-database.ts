import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { type DatabaseError, orFault } from "./errors.ts";
import type { MergeRequest, MergeRequests } from "./merge-gate.ts";
import type { Message } from "./ports.ts";
import type { Route } from "./routes.ts";

/** A convoy as its database has it. Times as stored; `parseTime` reads them. */
export type ConvoyRow = Omit<ConvoySnapshot, "open" | "staged" | "tracked">;

/** One thing that a convoy tracks. */
export interface TrackRow {
  /** Id of the convoy. */
  readonly convoy: string;
  /** As stored: an id, or `external:project:id`. */
  readonly reference: string;
}

/** What a database knows of an issue that it does not have. */
export interface GoneIssue {
  /** As it was when it was deleted, by the history. */
  readonly row?: IssueRow;
  /** Another database of the same server that has an issue of this id. */
  readonly elsewhere?: string;
}

/** The convoys that are not closed, and what they track. */
export interface OpenConvoys {
  readonly convoys: readonly Pick<ConvoyRow, "id" | "status">[];
  readonly tracks: readonly TrackRow[];
}

/** An issue as its database has it. `why`: what to say of it besides its status; `since`: when it was closed, else last changed. */
export type IssueRow = Pick<TrackedIssue, "id" | "why" | "title" | "assignee" | "since"> & { readonly status: string };

/** A merge request as its database has it. */
export type MergeRequestRow = Omit<MergeRequest, "fields"> & { readonly description: string };

/** Of an issue, what has to do with its merge. */
export interface MergedIssueRow extends Pick<MergeRequests, "closedAt" | "closeReason"> {
  readonly id: string;
  readonly description: string;
  /** Those of `WAITING_LABELS` that it has. */
  readonly labels: readonly string[];
}

/** Merge requests, and the issues that they may be about. */
export interface MergeRows {
  readonly issues: readonly MergedIssueRow[];
  /** At least those whose `source_issue` is one of the issues. */
  readonly requests: readonly MergeRequestRow[];
}

/** One beads database, whatever it is kept in. All reads ask it anew; they fail with a `DatabaseError`. */
export interface IssueDatabase {
  /** Path of the file, or name on its server. */
  readonly name: string;
  /** The newest migration that was run on it; undefined where it keeps no account of them. */
  schema?(): Promise<number | undefined>;
  /** Changes with every committed write, and when the database is replaced. */
  revision(): Promise<string>;
  /** All convoys that are not closed. */
  openConvoys(): Promise<readonly ConvoyRow[]>;
  /** Ids of all closed convoys. */
  closedConvoys?(): Promise<readonly string[]>;
  /** These convoys, closed ones, too; what is not there is left out. */
  convoys(ids: readonly string[]): Promise<readonly ConvoyRow[]>;
  /** What these convoys track, in a stable order. */
  tracks(convoys: readonly string[]): Promise<readonly TrackRow[]>;
  /** What the open convoys track. */
  openTracks(): Promise<readonly TrackRow[]>;
  /** Both in one, where that costs less: the convoys that are not closed with their status, and what they track. */
  openWithTracks?(): Promise<OpenConvoys>;
  /** Those of them that name one of these ids; undefined when finding them means to read all. */
  openTracksOf?(issues: readonly string[]): Promise<readonly TrackRow[] | undefined>;
  /** What else is known of issues that are not there; asked seldom. */
  gone?(ids: readonly string[]): Promise<ReadonlyMap<string, GoneIssue>>;
  /** Closed convoys with a `tracks` dependency that ends in this id. */
  closedConvoysTracking(issue: string): Promise<readonly string[]>;
  /** Statuses of the town's own that bd counts as done (`status.custom`, category `done`), and gt does not. */
  doneStatuses?(): Promise<readonly string[]>;
  /** These issues; what is not there is left out. */
  issues(ids: readonly string[]): Promise<readonly IssueRow[]>;
  /** Mails about the end of this convoy; undefined when it has no columns to find them by. */
  messagesAbout?(convoy: string): Promise<readonly Message[] | undefined>;
  /** Merge requests of these issues, and what the issues themselves say; undefined when it cannot keep them. */
  mergeRequests?(issues: readonly string[]): Promise<MergeRows | undefined>;
  /** For those of these ids that are merge requests, the issue that each is about. */
  mergeSources?(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Lets go of whatever is open of it: the next question opens it anew. Absent where no opening outlives a read. */
  renew?(): void;
}

/** Where issues with a prefix live. */
export interface Home extends Route {
  /** Name of the rig; `town` for the town itself. */
  readonly rig: string;
  /** Its database. Throws a `DatabaseError` when it can't be opened. */
  open(): Promise<IssueDatabase>;
}

/** The databases of a town as they are now. */
export interface TownDatabases {
  readonly town: Home;
  /** One for each route. Of several with one prefix the first counts. */
  readonly homes: readonly Home[];
  /** Why the routes cannot be read now: the homes are those that were last known, and others may be there. */
  readonly routesFault?: DatabaseError | undefined;
}

/** Opens the database of a home and asks it. */
export function ask<T>(home: Home, question: (database: IssueDatabase) => T | Promise<T>): Promise<T | DatabaseError> {
  return orFault(home.open().then(question));
}
