/** Which shape the databases have: a release of bd, or the least that a reader may count on. */
export type SchemaVariant = "0.46" | "0.47.1" | "0.49.6" | "minimal";

/** Where one rig lies and how its database is kept. */
export interface RigOptions {
  /** Issue prefix without its hyphen, as in `al` for `al-a3f`. */
  readonly prefix: string;
  /** Route path relative to the town; the rig's name by default. */
  readonly path?: string;
  /** `true`: `<path>/.beads/redirect` leads to `mayor/rig/.beads`. A string: to that directory, relative to `<path>`. */
  readonly redirect?: boolean | string;
  /** `dolt`: metadata.json says Dolt, and the SQLite file beside it is stale. All writes go to that stale file. */
  readonly backend?: "sqlite" | "dolt";
  /** File name of the SQLite database (`beads.db`), or name of the Dolt database (the rig's name). */
  readonly database?: string;
  /** Port of the Dolt server in metadata.json: 1 by default, where nothing listens. */
  readonly doltPort?: number;
}

export interface TownOptions {
  readonly schema?: SchemaVariant;
  readonly journal?: "wal" | "delete";
  readonly rigs?: Readonly<Record<string, RigOptions>>;
  /** How the town's own database (`hq`) is kept. */
  readonly hq?: Partial<RigOptions>;
  /** The whole text of routes.jsonl, instead of one line for the town and one per rig. */
  readonly routes?: string;
  /** Write `mayor/town.json`: true by default. */
  readonly withTownJson?: boolean;
}

export interface NewIssue {
  readonly id?: string;
  /** Home of the issue: by default the rig with the id's prefix, else the town. */
  readonly rig?: string;
  readonly title?: string;
  readonly description?: string;
  readonly status?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly assignee?: string;
}

export interface NewConvoy {
  readonly id?: string;
  readonly title?: string;
  /** Issue ids: stored as `external:<rig>:<id>` for an issue of a rig, bare for one of the town, as gt does. */
  readonly tracks?: readonly string[];
  /** References stored exactly as given. */
  readonly rawTracks?: readonly string[];
  readonly status?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly description?: string;
}

export interface WriteOptions {
  /** Add the row to `events` that bd would add: true by default. */
  readonly event?: boolean;
  /** Tell the rig's daemon, so that the stand-in `bd activity` prints it: false by default. */
  readonly feed?: boolean;
  /** Home of the issue, for ids which more than one database holds. */
  readonly rig?: string;
  readonly reason?: string;
}

export interface EventRow {
  readonly id: number;
  readonly issue_id: string;
  readonly event_type: string;
  readonly actor: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
  readonly comment: string | null;
  readonly created_at: string;
}

/** A town on disk. Every method opens the database it needs, makes one transaction, and closes it again. */
export interface Town {
  readonly dir: string;
  /** Names of the rigs, without the town itself. */
  readonly rigs: readonly string[];
  /** Path of the SQLite file of a rig, or of the town. */
  db(rig?: string): string;
  /** Directory of the SQLite file, after redirects. */
  beadsDir(rig?: string): string;
  createIssue(issue?: NewIssue): string;
  createConvoy(convoy: NewConvoy): string;
  /** Stores the reference exactly as given. */
  track(convoy: string, reference: string): void;
  untrack(convoy: string, reference: string): void;
  /** As `bd close`. */
  close(id: string, options?: WriteOptions): void;
  /** As `bd reopen`. */
  reopen(id: string, options?: WriteOptions): void;
  /** As `bd update --status`. */
  setStatus(id: string, status: string, options?: WriteOptions): void;
  /** As `bd delete --force`: the row stays, with status `tombstone`. */
  tombstone(id: string, options?: WriteOptions): void;
  /** The row goes, and with it (by the foreign keys) its events, labels and dependencies. */
  hardDelete(id: string, options?: WriteOptions): void;
  /** As the import of a JSONL line that says closed: the event is an `updated` one by `import`. */
  importClosed(id: string, options?: WriteOptions): void;
  /** Has somebody listen where the daemons of the town and its rigs would, for as long as this process lives. */
  startDaemons(): void;
  /** A rig that comes later: its database, and its line at the end of routes.jsonl. */
  addRig(name: string, rig: RigOptions): void;
  /** Puts a copy in the place of a database file, as a merge or a repair does: same content, other inode. */
  replaceFile(rig?: string): void;
  /** Any statements, in one transaction: for rows that bd would not let a test choose. */
  run(
    statements: readonly { readonly sql: string; readonly values: readonly (string | number | null)[] }[],
    rig?: string,
  ): void;
  /** Status in the home database, or undefined when there is no row. */
  status(id: string, rig?: string): string | undefined;
  events(id: string, rig?: string): EventRow[];
  /** The row of an issue, as it is stored. */
  row(id: string): Readonly<Record<string, unknown>> | undefined;
  /** Rows of the town's own issues that match. */
  rows(matches: (row: Readonly<Record<string, unknown>>) => boolean): Readonly<Record<string, unknown>>[];
}

export interface BulkOptions {
  readonly convoys: number;
  readonly issuesPer: number;
  /** Number of rigs, over which the issues of each convoy are spread evenly: 1 by default, 0 puts them into the town. */
  readonly rigs?: number;
  /** How many issues of each convoy stay open: 1 by default, 0 makes every convoy complete. */
  readonly open?: number;
  readonly schema?: SchemaVariant;
  readonly journal?: "wal" | "delete";
}

export interface BulkTown extends Town {
  readonly convoys: readonly string[];
  /** Ids of the issues that a convoy tracks: the last ones are those left open. */
  issuesOf(convoy: string): string[];
}
