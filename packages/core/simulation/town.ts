import type { Clock, DatabaseFault } from "../src/index.ts";
import type { History, RigName } from "./history.ts";

export interface Row {
  status: string;
  since: string;
  readonly convoy: boolean;
  owned: boolean;
  updatedAt: number;
  readonly createdAt: string;
  readonly closedAt?: string | undefined;
  /** gt's stamp: it has told people, or tried. */
  toldAt?: string | undefined;
}

/** A row that tells somebody of the end of a convoy. */
export interface Mail {
  readonly convoy: string;
  readonly to: string;
  readonly at: string;
}

/** Who waits for each convoy. */
export const NOTIFY: readonly string[] = ["gastown/nux", "overseer"];

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

const isClosed = ({ status }: Row): boolean => status === "closed" || status === "tombstone";

/** A town as it truly is. */
export class Town {
  readonly #clock: Clock;
  readonly #dolt: boolean;
  readonly rigs: Record<RigName, Rig>;
  readonly edges: Map<string, string[]> = new Map();
  mails: Mail[] = [];
  #savedMails: readonly Mail[] = [];
  /** Grows with everything that an agent, a fault or the end of one changes. */
  version = 0;
  /** When that was last. */
  changedAt = 0;
  /** When the last fault of a database ended. */
  mendedAt = 0;
  /** For each convoy: how often it has been opened again. */
  readonly epochs: Map<string, number> = new Map();
  /** Told of a convoy that is opened again. */
  onReopening: (convoy: string) => void = () => undefined;
  /** Called while everything is still as it was. */
  beforeChange: () => void = () => undefined;
  readonly #tracked = new Map<string, number>();
  readonly #closed = new Map<string, number>();

  constructor(clock: Clock, { dolt }: Pick<History, "dolt">) {
    this.#clock = clock;
    this.#dolt = dolt;
    const rig = (): Rig => ({ rows: new Map(), saved: new Map(), fault: undefined, inode: 1, changes: 0 });
    this.rigs = { hq: rig(), gt: rig(), bd: rig() };
  }

  get convoys(): string[] {
    return [...this.rigs.hq.rows].filter(([, row]) => row.convoy).map(([id]) => id);
  }

  rigOf(id: string): Rig | undefined {
    return this.rigs[id.slice(0, 2) as RigName];
  }

  row(id: string): Row | undefined {
    return this.rigOf(id)?.rows.get(id);
  }

  /** Every change goes through here, so that what was so until now is not forgotten. */
  change(rig: RigName, change: (rows: Map<string, Row>) => void): void {
    this.beforeChange();
    this.version += 1;
    this.changedAt = this.#clock.now();
    this.rigs[rig].changes += 1;
    change(this.rigs[rig].rows);
  }

  put(id: string, status: string, convoy = false): void {
    const rig = id.slice(0, 2) as RigName;
    if (this.rigs[rig] === undefined) return;
    this.change(rig, (rows) => {
      const row = rows.get(id);
      if (convoy && (row === undefined || isClosed(row)) && status !== "closed") this.#reopened(id);
      const now = this.#clock.now();
      if (convoy && status === "closed") this.#closed.set(id, now);
      const since = this.#dolt ? String(Math.floor(now / 1_000)) : `${now}.${this.version}`;
      const createdAt = row?.createdAt ?? new Date(this.#clock.wall()).toISOString();
      const wall = this.#clock.wall();
      const closedAt = status === "closed" ? new Date(wall).toISOString() : undefined;
      rows.set(id, { owned: false, convoy, createdAt, ...row, status, since, updatedAt: wall, closedAt });
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

  /** gt writes to somebody. */
  mail(convoy: string, to: string): void {
    this.mails.push({ convoy, to, at: new Date(this.#clock.wall()).toISOString() });
    this.rigs.hq.changes += 1;
  }

  /** gt notes that it has told people, or that it has not. */
  stamp(convoy: string, told: boolean): void {
    const row = this.row(convoy);
    if (row === undefined) return;
    row.toldAt = told ? new Date(this.#clock.wall()).toISOString() : undefined;
    this.rigs.hq.changes += 1;
  }

  /** Something is written to a convoy that changes nothing about it. */
  touch(convoy: string): void {
    const row = this.row(convoy);
    if (row === undefined) return;
    row.updatedAt = this.#clock.wall();
    this.rigs.hq.changes += 1;
  }

  setEdges(convoy: string, references: readonly string[]): void {
    this.change("hq", () => {
      const before = this.edges.get(convoy) ?? [];
      const now = this.#clock.now();
      for (const reference of references)
        if (!before.includes(reference)) this.#tracked.set(`${convoy} ${reference}`, now);
      this.edges.set(convoy, [...new Set(references)]);
    });
  }

  /** When a convoy began to track this, last; 0 when it never did. */
  trackedSince(convoy: string, reference: string): number {
    return this.#tracked.get(`${convoy} ${reference}`) ?? 0;
  }

  setFault(rig: RigName, fault: DatabaseFault | undefined): void {
    if (this.rigs[rig].fault === fault) return;
    this.beforeChange();
    this.version += 1;
    this.rigs[rig].fault = fault;
    if (fault === undefined) this.mendedAt = this.#clock.now();
  }

  /** Another file takes the place of a database: the same again, or an older one. */
  replace(rig: RigName, rollBack: boolean): void {
    this.change(rig, () => {
      const it = this.rigs[rig];
      it.inode += 1;
      if (rollBack) {
        for (const [id, row] of it.saved) {
          const now = it.rows.get(id);
          if (row.convoy && !isClosed(row) && (now === undefined || isClosed(now))) this.#reopened(id);
        }
        it.rows = it.saved;
        if (rig === "hq") this.mails = [...this.#savedMails];
      }
      if (rig === "hq") this.#savedMails = [...this.mails];
      it.saved = new Map([...it.rows].map(([id, row]) => [id, { ...row }]));
    });
  }

  /** What is true of a reference, worked out from the rows and without the core. */
  truthOf(reference: string): Truth {
    const external = /^external:[^:]+:(.+)$/.exec(reference)?.[1];
    const id = external ?? reference;
    const home = this.rigOf(id);
    const places = external === undefined ? [home, this.rigs.hq] : [home];
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

  /** When a convoy was last closed; never, when it was not. */
  closedAt(convoy: string): number {
    return this.#closed.get(convoy) ?? Number.NEGATIVE_INFINITY;
  }

  #reopened(convoy: string): void {
    this.epochs.set(convoy, (this.epochs.get(convoy) ?? 0) + 1);
    this.onReopening(convoy);
  }
}
