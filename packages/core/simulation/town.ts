import type {
  Clock,
  ConvoyRow,
  DatabaseFault,
  IssueDatabase,
  IssueRow,
  TownDatabases,
  TrackRow,
} from "../src/index.ts";
import type { Core } from "./core.ts";
import type { History, RigName } from "./history.ts";
import { Dice } from "./random.ts";

export interface Row {
  status: string;
  since: string;
  readonly convoy: boolean;
  owned: boolean;
  updatedAt: number;
  readonly createdAt: string;
}

interface Rig {
  rows: Map<string, Row>;
  /** As it was when it was last saved. */
  saved: Map<string, Row>;
  fault: DatabaseFault | undefined;
  /** Changes when the file is replaced. */
  inode: number;
  changes: number;
}

export type Truth = "done" | "open" | "unknown";

/** Edges of a convoy that nothing ever happens to. */
const CROWD: readonly TrackRow[] = Array.from({ length: 600 }, (_, number) => ({
  convoy: "hq-cv-crowd",
  reference: `external:far:zz-${number}`,
}));

const isClosed = ({ status }: Row): boolean => status === "closed" || status === "tombstone";

/**
 * A town as it truly is, and the databases through which the watcher sees it. It remembers when things were last so, for
 * a read that takes time may rightly be some milliseconds old when it is acted upon.
 */
export class Town {
  readonly #clock: Clock;
  readonly #core: Core;
  readonly #dolt: boolean;
  readonly #crowded: boolean;
  readonly #delay: number;
  readonly #dice: Dice;
  readonly #rigs: Record<RigName, Rig>;
  readonly edges: Map<string, string[]> = new Map();
  /** Grows with everything that an agent, a fault or the end of one changes. */
  version = 0;
  /** For each convoy: how often it has been opened again. */
  readonly epochs: Map<string, number> = new Map();
  readonly #last = new Map<string, number>();

  constructor(
    clock: Clock,
    core: Core,
    { crowded, dolt, delay, seed }: Pick<History, "crowded" | "dolt" | "delay" | "seed">,
  ) {
    this.#clock = clock;
    this.#core = core;
    this.#dolt = dolt;
    this.#crowded = crowded;
    this.#delay = delay;
    this.#dice = new Dice(seed ^ 0xd0_17);
    const rig = (): Rig => ({ rows: new Map(), saved: new Map(), fault: undefined, inode: 1, changes: 0 });
    this.#rigs = { hq: rig(), gt: rig(), bd: rig() };
  }

  /** How old a read may be when it is acted upon: three queries, one after the other. */
  get staleness(): number {
    return 3 * this.#delay;
  }

  get convoys(): string[] {
    return [...this.#rigs.hq.rows].filter(([, row]) => row.convoy).map(([id]) => id);
  }

  rigOf(id: string): Rig | undefined {
    return this.#rigs[id.slice(0, 2) as RigName];
  }

  row(id: string): Row | undefined {
    return this.rigOf(id)?.rows.get(id);
  }

  /** Every change goes through here, so that what was so until now is not forgotten. */
  change(rig: RigName, change: (rows: Map<string, Row>) => void): void {
    this.#remember();
    this.version += 1;
    this.#rigs[rig].changes += 1;
    change(this.#rigs[rig].rows);
  }

  put(id: string, status: string, convoy = false): void {
    const rig = id.slice(0, 2) as RigName;
    if (this.#rigs[rig] === undefined) return;
    this.change(rig, (rows) => {
      const row = rows.get(id);
      if (convoy && (row === undefined || isClosed(row)) && status !== "closed") this.#reopened(id);
      const now = this.#clock.now();
      const since = this.#dolt ? String(Math.floor(now / 1_000)) : `${now}.${this.version}`;
      const createdAt = row?.createdAt ?? new Date(now).toISOString();
      rows.set(id, { owned: false, convoy, createdAt, ...row, status, since, updatedAt: now });
    });
  }

  remove(id: string): void {
    const rig = id.slice(0, 2) as RigName;
    if (this.row(id) === undefined) return;
    if (!this.#dolt) return this.put(id, "tombstone");
    this.change(rig, (rows) => {
      rows.delete(id);
    });
  }

  own(convoy: string, owned: boolean): void {
    if (this.row(convoy) === undefined) return;
    this.change("hq", (rows) => {
      const row = rows.get(convoy);
      if (row !== undefined) rows.set(convoy, { ...row, owned });
    });
  }

  /** Something is written to a convoy that changes nothing about it. */
  touch(convoy: string): void {
    const row = this.row(convoy);
    if (row === undefined) return;
    row.updatedAt = this.#clock.now();
    this.#rigs.hq.changes += 1;
  }

  setEdges(convoy: string, references: readonly string[]): void {
    this.change("hq", () => {
      const before = this.edges.get(convoy) ?? [];
      const now = this.#clock.now();
      for (const reference of references)
        if (!before.includes(reference)) this.#last.set(`tracked ${convoy} ${reference}`, now);
      this.edges.set(convoy, [...new Set(references)]);
    });
  }

  setFault(rig: RigName, fault: DatabaseFault | undefined): void {
    if (this.#rigs[rig].fault === fault) return;
    this.#remember();
    this.version += 1;
    this.#rigs[rig].fault = fault;
  }

  /** Another file takes the place of a database: the same again, or an older one. */
  replace(rig: RigName, rollBack: boolean): void {
    this.change(rig, () => {
      const it = this.#rigs[rig];
      it.inode += 1;
      if (rollBack) {
        for (const [id, row] of it.saved) {
          const now = it.rows.get(id);
          if (row.convoy && !isClosed(row) && (now === undefined || isClosed(now))) this.#reopened(id);
        }
        it.rows = it.saved;
      }
      it.saved = new Map([...it.rows].map(([id, row]) => [id, { ...row }]));
    });
  }

  /** What is true of a reference, worked out from the rows and without the core. */
  truthOf(reference: string): Truth {
    const external = /^external:[^:]+:(.+)$/.exec(reference)?.[1];
    const id = external ?? reference;
    const home = this.rigOf(id);
    const places = external === undefined ? [home, this.#rigs.hq] : [home];
    for (const place of places) {
      if (place === undefined) continue;
      if (place.fault !== undefined) return "unknown";
      const row = place.rows.get(id);
      if (row !== undefined) return isClosed(row) ? "done" : "open";
    }
    return "unknown";
  }

  isOpenConvoy(convoy: string): boolean {
    const row = this.row(convoy);
    return row !== undefined && row.convoy && !isClosed(row);
  }

  /** Open, launched, and nobody else's to close. */
  isOurs(convoy: string): boolean {
    const row = this.row(convoy);
    return this.isOpenConvoy(convoy) && row?.owned === false && !row.status.startsWith("staged_");
  }

  isComplete(convoy: string): boolean {
    const references = this.edges.get(convoy) ?? [];
    return (
      this.isOurs(convoy) &&
      references.length > 0 &&
      references.every((reference) => this.truthOf(reference) === "done")
    );
  }

  /** References that have not been done for as long as a read may be old. */
  neverDoneLately(convoy: string): string[] {
    return (this.edges.get(convoy) ?? []).filter(
      (reference) =>
        this.truthOf(reference) !== "done" &&
        !this.#wasSo(`done ${reference}`) &&
        !this.#wasSo(`tracked ${convoy} ${reference}`),
    );
  }

  /** Whether a reference has been open for as long as a read may be old. */
  openAllAlong(convoy: string, reference: string): boolean {
    const otherwise = [`done ${reference}`, `unknown ${reference}`, `tracked ${convoy} ${reference}`];
    return this.truthOf(reference) === "open" && !otherwise.some((what) => this.#wasSo(what));
  }

  /** Whether anything a convoy tracks was unknown at some time that a read may be from. */
  unknownLately(convoy: string): boolean {
    return (this.edges.get(convoy) ?? []).some(
      (reference) => this.truthOf(reference) === "unknown" || this.#wasSo(`unknown ${reference}`),
    );
  }

  /** Since when an event about this reference is bound to be heard as one that concerns this convoy. */
  hearableSince(convoy: string, reference: string): number {
    const times = [`tracked ${convoy} ${reference}`, `closed ${convoy}`, "fault hq"].map(
      (what) => this.#last.get(what) ?? 0,
    );
    return Math.max(...times);
  }

  /** Whether this was so of a convoy at some time that a read may be from. */
  lately(what: "ours" | "tracking" | "closed", convoy: string): boolean {
    return this.#isSo(what, convoy) || this.#wasSo(`${what} ${convoy}`);
  }

  #reopened(convoy: string): void {
    this.epochs.set(convoy, (this.epochs.get(convoy) ?? 0) + 1);
  }

  #isSo(what: "ours" | "tracking" | "closed", convoy: string): boolean {
    if (what === "ours") return this.isOurs(convoy);
    if (what === "tracking") return (this.edges.get(convoy) ?? []).length > 0;
    return !this.isOpenConvoy(convoy);
  }

  #wasSo(what: string): boolean {
    const last = this.#last.get(what);
    return last !== undefined && last >= this.#clock.now() - this.staleness;
  }

  #remember(): void {
    const now = this.#clock.now();
    if (this.#rigs.hq.fault !== undefined) this.#last.set("fault hq", now);
    for (const convoy of this.convoys) {
      for (const what of ["ours", "tracking", "closed"] as const)
        if (this.#isSo(what, convoy)) this.#last.set(`${what} ${convoy}`, now);
      for (const reference of this.edges.get(convoy) ?? [])
        this.#last.set(`${this.truthOf(reference)} ${reference}`, now);
    }
  }

  /** The databases as the watcher sees them; `pause` is awaited between the reading of an answer and its coming. */
  databases(pause: (ms: number) => Promise<void>): () => Promise<TownDatabases> {
    const open = (rig: RigName): IssueDatabase => this.#database(rig, pause);
    const databases = { hq: open("hq"), gt: open("gt"), bd: open("bd") };
    const town = { prefix: "hq-", path: ".", rig: "town", open: async () => databases.hq };
    const homes = [
      town,
      { prefix: "gt-", path: "gastown", rig: "gastown", open: async () => databases.gt },
      { prefix: "bd-", path: "beads/mayor/rig", rig: "beads", open: async () => databases.bd },
    ];
    return async () => ({ town, homes });
  }

  #database(name: RigName, pause: (ms: number) => Promise<void>): IssueDatabase {
    const it = this.#rigs[name];
    const answer = async <T>(read: () => T, atOnce = false): Promise<T> => {
      if (it.fault !== undefined) throw new this.#core.DatabaseError(it.fault, name, `${name} is ${it.fault}`, "wait");
      const rows = read();
      if (this.#delay > 0 && !atOnce) await pause(this.#dice.int(0, this.#delay));
      return rows;
    };
    const convoys = (): ConvoyRow[] =>
      [...it.rows].flatMap(([id, { convoy, status, owned, updatedAt, createdAt }]) =>
        convoy ? [{ id, title: id, status, owned, updatedAt: String(updatedAt), createdAt }] : [],
      );
    const tracks = (ids: readonly string[]): TrackRow[] =>
      ids.flatMap((convoy) => (this.edges.get(convoy) ?? []).map((reference) => ({ convoy, reference })));
    const openTracks = (): TrackRow[] => tracks(this.convoys.filter((id) => this.isOpenConvoy(id)));
    return {
      name,
      revision: () => answer(() => `${it.inode}/${it.changes}`, true),
      openConvoys: () => answer(() => convoys().filter(({ id }) => this.isOpenConvoy(id))),
      convoys: (ids) => answer(() => convoys().filter(({ id }) => ids.includes(id))),
      tracks: (ids) => answer(() => tracks(ids)),
      openTracks: () => answer(() => [...openTracks(), ...(this.#crowded ? CROWD : [])]),
      ...(this.#crowded && {
        openTracksOf: (issues: readonly string[]) =>
          answer(() => openTracks().filter(({ reference }) => issues.includes(reference.split(":").at(-1) ?? ""))),
      }),
      closedConvoysTracking: () => answer(() => []),
      issues: (ids) =>
        answer(() =>
          ids.flatMap((id): IssueRow[] => {
            const row = it.rows.get(id);
            return row === undefined ? [] : [{ id, status: row.status, since: row.since }];
          }),
        ),
    };
  }
}
