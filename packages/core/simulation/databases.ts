import type { ConvoyRow, IssueDatabase, IssueRow, TownDatabases, TrackRow } from "../src/index.ts";
import type { Core } from "./core.ts";
import type { History, RigName } from "./history.ts";
import { Dice } from "./random.ts";
import { NOTIFY, type Town } from "./town.ts";

/** Edges of a convoy that nothing ever happens to. */
const CROWD: readonly TrackRow[] = Array.from({ length: 600 }, (_, number) => ({
  convoy: "hq-cv-crowd",
  reference: `external:far:zz-${number}`,
}));

/** The databases of a town as a watcher sees them. */
export class Databases {
  readonly #core: Core;
  readonly #town: Town;
  readonly #crowded: boolean;
  readonly #delay: number;
  readonly #dice: Dice;

  constructor(core: Core, town: Town, { crowded, delay, seed }: Pick<History, "crowded" | "delay" | "seed">) {
    this.#core = core;
    this.#town = town;
    this.#crowded = crowded;
    this.#delay = delay;
    this.#dice = new Dice(seed ^ 0xd0_17);
  }

  /** `pause` is awaited between the reading of an answer and its coming. */
  open(pause: (ms: number) => Promise<void>): () => Promise<TownDatabases> {
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
    const town = this.#town;
    const it = town.rigs[name];
    const answer = async <T>(read: () => T, atOnce = false): Promise<T> => {
      if (it.fault !== undefined) throw new this.#core.DatabaseError(it.fault, name, `${name} is ${it.fault}`, "wait");
      const rows = read();
      if (this.#delay > 0 && !atOnce) await pause(this.#dice.int(0, this.#delay));
      return rows;
    };
    const convoys = (): ConvoyRow[] =>
      [...it.rows].flatMap(([id, { convoy, status, owned, updatedAt, createdAt, closedAt, toldAt }]) => {
        const written = new Date(updatedAt).toISOString();
        const row = { id, title: id, status, owned, updatedAt: written, createdAt, notify: NOTIFY };
        return convoy
          ? [{ ...row, ...(closedAt !== undefined && { closedAt }), ...(toldAt !== undefined && { toldAt }) }]
          : [];
      });
    const tracks = (ids: readonly string[]): TrackRow[] =>
      ids.flatMap((convoy) => (town.edges.get(convoy) ?? []).map((reference) => ({ convoy, reference })));
    const openTracks = (): TrackRow[] => tracks(town.convoys.filter((id) => town.isOpenConvoy(id)));
    return {
      name,
      revision: () => answer(() => `${it.inode}/${it.changes}`, true),
      openConvoys: () => answer(() => convoys().filter(({ id }) => town.isOpenConvoy(id))),
      convoys: (ids) => answer(() => convoys().filter(({ id }) => ids.includes(id))),
      tracks: (ids) => answer(() => tracks(ids)),
      openTracks: () => answer(() => [...openTracks(), ...(this.#crowded ? CROWD : [])]),
      ...(this.#crowded && {
        openTracksOf: (issues: readonly string[]) =>
          answer(() => openTracks().filter(({ reference }) => issues.includes(reference.split(":").at(-1) ?? ""))),
      }),
      closedConvoysTracking: () => answer(() => []),
      messagesAbout: (id) => answer(() => town.mails.filter(({ convoy }) => convoy === id)),
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
