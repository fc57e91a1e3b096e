export interface ConvoyRow {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly owned: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

export interface TrackRow {
  readonly convoy: string;
  readonly reference: string;
}

export interface IssueRow {
  readonly id: string;
  readonly status: string;
  readonly title?: string;
  readonly assignee?: string;
  readonly since?: string;
}

/** One beads database, whatever it is kept in. All reads are fresh; they fail with a `DatabaseError`. */
export interface IssueDatabase {
  /** Path of the file, or name on its server. */
  readonly name: string;
  /** Changes with every committed write, and when the database is replaced. */
  revision(): Promise<string>;
  openConvoys(): Promise<readonly ConvoyRow[]>;
  /** Ids of all closed convoys. */
  closedConvoys?(): Promise<readonly string[]>;
  convoys(ids: readonly string[]): Promise<readonly ConvoyRow[]>;
  /** What these convoys track, in a stable order. */
  tracks(convoys: readonly string[]): Promise<readonly TrackRow[]>;
  /** What the open convoys track. */
  openTracks(): Promise<readonly TrackRow[]>;
  /** Those of them that name one of these ids; undefined when finding them means to read all. */
  openTracksOf?(issues: readonly string[]): Promise<readonly TrackRow[] | undefined>;
  /** Closed convoys with a `tracks` dependency that ends in this id. */
  closedConvoysTracking(issue: string): Promise<readonly string[]>;
  issues(ids: readonly string[]): Promise<readonly IssueRow[]>;
}
