import {
  type ConvoyRow,
  type ConvoyStore,
  createTownStore,
  DatabaseError,
  type DatabaseFault,
  type Home,
  type IssueDatabase,
  type IssueRow,
  type MergeRequestRow,
  type MergeRows,
  parseMergeRequestFields,
  refersTo,
  type TrackRow,
} from "../../src/index.ts";

export interface Row {
  status: string;
  title: string;
  convoy: boolean;
  owned: boolean;
  since: number;
  createdAt?: string;
}

const isOpen = (row: Row): boolean => row.status !== "closed" && row.status !== "tombstone";

/** A beads database in memory. */
export class MemoryDatabase implements IssueDatabase {
  readonly name: string;
  readonly rows: Map<string, Row> = new Map();
  readonly tracked: TrackRow[] = [];
  /** Merge requests by id. */
  readonly requests: Map<string, MergeRequestRow> = new Map();
  /** Set it, and every read fails. */
  fault: DatabaseFault | undefined;
  /** Awaited between the reading of an answer and its coming. */
  pause: ((query: string) => Promise<void> | undefined) | undefined;
  /** Names of the queries it has answered. */
  readonly queries: string[] = [];
  /** What it shows once it is opened anew, where that is not this. */
  truth: MemoryDatabase | undefined;
  /** How often it was to be opened anew. */
  renewals = 0;
  #changes = 0;

  constructor(name: string) {
    this.name = name;
  }

  put(id: string, row: Partial<Row> = {}): void {
    const before = this.rows.get(id) ?? {
      status: "open",
      title: `Title of ${id}`,
      convoy: false,
      owned: false,
      since: 0,
    };
    this.#changes += 1;
    this.rows.set(id, { ...before, since: this.#changes, ...row });
  }

  remove(id: string): void {
    this.#changes += 1;
    this.rows.delete(id);
  }

  track(convoy: string, ...references: string[]): void {
    this.#changes += 1;
    for (const reference of references) this.tracked.push({ convoy, reference });
  }

  revision(): Promise<string> {
    return this.#answer("revision", () => String(this.#changes));
  }

  openConvoys(): Promise<ConvoyRow[]> {
    return this.#answer("openConvoys", () => this.#convoys().filter(({ id }) => this.#isOpenConvoy(id)));
  }

  convoys(ids: readonly string[]): Promise<ConvoyRow[]> {
    return this.#answer("convoys", () => this.#convoys().filter(({ id }) => ids.includes(id)));
  }

  tracks(convoys: readonly string[]): Promise<TrackRow[]> {
    return this.#answer("tracks", () => this.tracked.filter(({ convoy }) => convoys.includes(convoy)));
  }

  openTracks(): Promise<TrackRow[]> {
    return this.#answer("openTracks", () => this.tracked.filter(({ convoy }) => this.#isOpenConvoy(convoy)));
  }

  /** Like a database that can look up what it is asked for; a test may take the ability away. */
  openTracksOf: (issues: readonly string[]) => Promise<TrackRow[] | undefined> = (issues) =>
    this.#answer("openTracksOf", () =>
      this.tracked.filter(
        ({ convoy, reference }) => this.#isOpenConvoy(convoy) && issues.some((issue) => refersTo(reference, issue)),
      ),
    );

  closedConvoysTracking(issue: string): Promise<string[]> {
    return this.#answer("closedConvoysTracking", () =>
      this.tracked
        .filter(
          ({ convoy, reference }) => refersTo(reference, issue) && this.rows.has(convoy) && !this.#isOpenConvoy(convoy),
        )
        .map(({ convoy }) => convoy),
    );
  }

  issues(ids: readonly string[]): Promise<IssueRow[]> {
    return this.#answer("issues", () =>
      ids.flatMap((id) => {
        const row = this.rows.get(id);
        return row === undefined ? [] : [{ id, status: row.status, title: row.title, since: String(row.since) }];
      }),
    );
  }

  /** A merge request of this issue: made, or changed. */
  request(id: string, issue: string, row: Partial<MergeRequestRow> = {}): void {
    const made = {
      id,
      status: "open",
      description: `branch: polecat/nux/${issue}\ntarget: main\nsource_issue: ${issue}`,
    };
    this.#changes += 1;
    this.requests.set(id, { ...made, blockers: [], ...this.requests.get(id), ...row });
  }

  mergeRequests(ids: readonly string[]): Promise<MergeRows> {
    return this.#answer("mergeRequests", () => ({
      issues: ids.filter((id) => this.rows.has(id)).map((id) => ({ id, description: "", labels: [] })),
      requests: [...this.requests.values()],
    }));
  }

  mergeSources(ids: readonly string[]): Promise<Map<string, string>> {
    return this.#answer("mergeSources", () => {
      const about = ids.map((id) => [
        id,
        parseMergeRequestFields(this.requests.get(id)?.description ?? "").sourceIssue,
      ]);
      return new Map(about.flatMap(([id = "", issue]) => (issue === undefined ? [] : [[id, issue] as const])));
    });
  }

  renew(): void {
    this.renewals += 1;
    for (const [id, row] of this.truth?.rows ?? []) this.put(id, row);
    this.truth = undefined;
  }

  #convoys(): ConvoyRow[] {
    return [...this.rows]
      .filter(([, row]) => row.convoy)
      .map(([id, { title, status, owned, since, createdAt }]) => ({
        id,
        title,
        status,
        owned,
        // Long ago, and later with each change.
        updatedAt: new Date(Date.UTC(2026, 0, 11) + since).toISOString(),
        ...(createdAt !== undefined && { createdAt }),
      }));
  }

  #isOpenConvoy(id: string): boolean {
    const row = this.rows.get(id);
    return row !== undefined && row.convoy && isOpen(row);
  }

  async #answer<T>(query: string, rows: () => T): Promise<T> {
    this.queries.push(query);
    if (this.fault !== undefined)
      throw new DatabaseError(this.fault, this.name, `${this.name} is ${this.fault}`, "look");
    const answer = rows();
    await this.pause?.(query);
    return answer;
  }
}

/** A town in memory: its own database (`hq-`), and one for each rig (`gt-` in gastown, `bd-` in beads). */
export class MemoryTown {
  readonly town: MemoryDatabase = new MemoryDatabase("town");
  readonly gastown: MemoryDatabase = new MemoryDatabase("gastown");
  readonly beads: MemoryDatabase = new MemoryDatabase("beads");
  readonly homes: Home[] = [
    { prefix: "hq-", path: ".", rig: "town", open: async () => this.town },
    { prefix: "gt-", path: "gastown", rig: "gastown", open: async () => this.gastown },
    { prefix: "bd-", path: "beads/mayor/rig", rig: "beads", open: async () => this.beads },
  ];
  readonly store: ConvoyStore = createTownStore(async () => {
    const [town] = this.homes;
    if (town === undefined) throw new Error("a town has a database of its own");
    return { town, homes: this.homes };
  });

  /** A new convoy that tracks these; makes each issue that is not there yet, open. */
  convoy(id: string, ...references: string[]): void {
    this.town.put(id, { convoy: true, title: `Convoy ${id}` });
    this.town.track(id, ...references);
    for (const reference of references) {
      const issue = reference.split(":").at(-1) ?? "";
      const home = this.homeOf(issue);
      if (home !== undefined && !home.rows.has(issue)) home.put(issue);
    }
  }

  homeOf(issue: string): MemoryDatabase | undefined {
    return { "hq-": this.town, "gt-": this.gastown, "bd-": this.beads }[issue.slice(0, 3)];
  }

  set(status: string, ...issues: string[]): void {
    for (const issue of issues) this.homeOf(issue)?.put(issue, { status });
  }

  close(...issues: string[]): void {
    this.set("closed", ...issues);
  }
}
