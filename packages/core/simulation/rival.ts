import type { Rival as Seen } from "../src/index.ts";
import { NOTIFY } from "./town.ts";
import type { World } from "./world.ts";

/** How often it looks for complete convoys, and how long it takes to close one. */
const POLL = 5_000;
const TAKES = 600;
/** How long a watcher is to leave a convoy to it. */
export const GRACE = 7_000;

/** A gt daemon that closes convoys, too, or only seems to. */
export class Rival {
  how: "none" | "idle" | "acts" = "none";
  /** Its own command runs. */
  checking = false;
  /** Since when it is here; and since when, but for absences that a watcher may not have seen; and when it last went. */
  #cameAt = 0;
  since = 0;
  leftAt: number = Number.NEGATIVE_INFINITY;
  #checkingSince = 0;
  readonly grace: number = GRACE;
  readonly #world: World;
  #round = 0;

  constructor(world: World) {
    this.#world = world;
  }

  become(how: "none" | "idle" | "acts"): void {
    if (this.how === "none") this.#cameAt = this.#world.clock.now();
    if (!this.mayBeWaitedFor) this.since = this.#world.clock.now();
    if (how === "none") this.leftAt = this.#world.clock.now();
    this.how = how;
    this.#round += 1;
    this.checking = false;
    if (how === "acts") void this.#act(this.#round);
  }

  /** As a watcher sees it. */
  get seen(): Seen | undefined {
    return this.how === "none" ? undefined : { name: "gt daemon", checking: this.checking };
  }

  /** It has been here, doing what it does, for as long as a look at it may be old when it is acted upon. */
  get isSeen(): boolean {
    const { clock, delay } = this.#world;
    const since = Math.max(this.#cameAt, this.checking ? this.#checkingSince : 0);
    return this.how !== "none" && clock.now() - since > 10 * delay;
  }

  /** Whether a watcher may still leave something to it. */
  get mayBeWaitedFor(): boolean {
    return this.how !== "none" || this.#world.clock.now() - this.leftAt < 3 * GRACE;
  }

  async #act(round: number): Promise<void> {
    const { clock, oracle, town } = this.#world;
    const isOver = (): boolean => round !== this.#round || this.#world.over;
    for (await clock.sleep(POLL); !isOver(); await clock.sleep(POLL)) {
      const complete = town.convoys.filter((convoy) => town.isComplete(convoy));
      if (complete.length === 0) continue;
      this.checking = true;
      this.#checkingSince = clock.now();
      await clock.sleep(TAKES);
      if (isOver()) return;
      this.checking = false;
      for (const convoy of complete.filter((id) => town.isComplete(id))) {
        oracle.testimony.closedByOthers(convoy);
        town.put(convoy, "closed", true);
        for (const to of NOTIFY) town.mail(convoy, to);
      }
    }
  }
}
