import type { Clock } from "../src/index.ts";
import type { Town } from "./town.ts";

/** What may be so of a convoy. */
type State = "ours" | "tracking" | "closed" | "incomplete";

/**
 * Remembers when things were last so in a town, for a read that takes time may rightly be some milliseconds old when it is
 * acted upon.
 */
export class Lately {
  /** How old a read may be when it is acted upon: three queries, one after the other. */
  readonly #staleness: number;
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #last = new Map<string, number>();

  constructor(clock: Clock, town: Town, delay: number) {
    this.#clock = clock;
    this.#town = town;
    this.#staleness = 3 * delay;
    town.beforeChange = () => this.#remember();
  }

  /** Whether this was so of a convoy at some time that a read may be from. */
  was(state: State, convoy: string): boolean {
    return this.#isSo(state, convoy) || this.#wasSo(`${state} ${convoy}`);
  }

  /** References that have not been done for as long as a read may be old. */
  neverDone(convoy: string): string[] {
    return this.#references(convoy).filter(
      (reference) =>
        this.#town.truthOf(reference) !== "done" &&
        !this.#wasSo(`done ${reference}`) &&
        !this.#isNewlyTracked(convoy, reference),
    );
  }

  /** Whether a reference has been open for as long as a read may be old. */
  openAllAlong(convoy: string, reference: string): boolean {
    const otherwise = this.#wasSo(`done ${reference}`) || this.#wasSo(`unknown ${reference}`);
    return this.#town.truthOf(reference) === "open" && !otherwise && !this.#isNewlyTracked(convoy, reference);
  }

  /** Whether anything a convoy tracks was unknown at some time that a read may be from. */
  unknown(convoy: string): boolean {
    return this.#references(convoy).some(
      (reference) => this.#town.truthOf(reference) === "unknown" || this.#wasSo(`unknown ${reference}`),
    );
  }

  /** Since when an event about this reference is bound to be heard as one that concerns this convoy. */
  hearableSince(convoy: string, reference: string): number {
    return Math.max(
      this.#town.trackedSince(convoy, reference),
      this.#last.get(`closed ${convoy}`) ?? 0,
      this.#last.get(`absent ${convoy}`) ?? 0,
      this.#last.get("fault hq") ?? 0,
    );
  }

  #references(convoy: string): readonly string[] {
    return this.#town.edges.get(convoy) ?? [];
  }

  #isSo(state: State, convoy: string): boolean {
    if (state === "ours") return this.#town.isOurs(convoy);
    if (state === "incomplete") return !this.#town.isComplete(convoy);
    if (state === "tracking") return this.#references(convoy).length > 0;
    return !this.#town.isOpenConvoy(convoy);
  }

  #wasSo(what: string): boolean {
    return this.isRecent(this.#last.get(what));
  }

  /** Whether a read may be from before the convoy tracked this. */
  #isNewlyTracked(convoy: string, reference: string): boolean {
    return this.isRecent(this.#town.trackedSince(convoy, reference));
  }

  /** Whether a read that is acted upon now may be from before that. */
  isRecent(at: number | undefined): boolean {
    return at !== undefined && at >= this.#clock.now() - this.#staleness;
  }

  #remember(): void {
    const now = this.#clock.now();
    if (this.#town.rigs.hq.fault !== undefined) this.#last.set("fault hq", now);
    // What a convoy tracks may be stored before the convoy is: nothing that happens then is told of as its.
    for (const convoy of this.#town.edges.keys())
      if (this.#town.row(convoy) === undefined) this.#last.set(`absent ${convoy}`, now);
    for (const convoy of this.#town.convoys) {
      for (const state of ["ours", "tracking", "closed", "incomplete"] as const)
        if (this.#isSo(state, convoy)) this.#last.set(`${state} ${convoy}`, now);
      for (const reference of this.#references(convoy))
        this.#last.set(`${this.#town.truthOf(reference)} ${reference}`, now);
    }
  }
}
