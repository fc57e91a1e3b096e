import type { ActivitySource, Clock, Hint, IssueChange } from "../src/index.ts";
import type { Life } from "./command.ts";
import type { Feeding } from "./history.ts";

const DELAYS: Record<Feeding, readonly number[]> = { now: [5], late: [700], twice: [5, 2_000], lost: [] };
/** So many events a daemon remembers, and tells again to whoever begins to follow. */
const REMEMBERED = 20;

/** A feed that loses, repeats and reorders events, falls silent and dies. */
export class Feed {
  readonly #clock: Clock;
  readonly #past: IssueChange[] = [];
  #events = 0;
  #state: "up" | "down" | "mute" = "up";
  #follower: ((hint: Hint | Error | "end") => void) | undefined;
  readonly #name: string;

  constructor(clock: Clock, name: string) {
    this.#clock = clock;
    this.#name = name;
  }

  tell(issue: string, what: "closed" | "reopened", feeding: Feeding): void {
    this.#events += 1;
    const change = {
      issue,
      closed: what === "closed",
      reopened: what === "reopened",
      stamp: `${this.#name}#${this.#events}`,
    };
    for (const delay of DELAYS[feeding]) {
      void this.#clock.sleep(delay).then(() => {
        this.#past.push(change);
        if (this.#past.length > REMEMBERED) this.#past.shift();
        if (this.#state === "up") this.#follower?.({ kind: "issues", changes: [change] });
      });
    }
  }

  dies(ms: number): void {
    this.#state = "down";
    this.#follower?.({ kind: "state", state: "down", detail: "exit status 1" });
    void this.#clock.sleep(ms).then(() => this.revive());
  }

  /** It breaks off, and is there for whoever follows it again. */
  breaks(how: "throws" | "ends"): void {
    const follower = this.#follower;
    this.#follower = undefined;
    follower?.(how === "ends" ? "end" : new Error("too many open files"));
  }

  falls(ms: number): void {
    this.#state = "mute";
    void this.#clock.sleep(ms).then(() => {
      if (this.#state === "mute") this.#state = "up";
    });
  }

  revive(): void {
    if (this.#state === "up") return;
    this.#state = "up";
    this.#start();
  }

  /** Whoever followed has gone, and will not say so. */
  detach(): void {
    this.#follower = undefined;
  }

  #start(): void {
    this.#follower?.({ kind: "state", state: "up" });
    this.#follower?.({ kind: "sweep", reason: "started" });
    if (this.#past.length > 0) this.#follower?.({ kind: "issues", changes: [...this.#past] });
  }

  /** The feed as one life of the watcher follows it. */
  source(life: Life): ActivitySource {
    const clock = this.#clock;
    const attach = (follower: ((hint: Hint | Error | "end") => void) | undefined): void => {
      this.#follower = follower;
      if (follower !== undefined && this.#state !== "down") this.#start();
      else follower?.({ kind: "state", state: "down", detail: "exit status 1" });
    };
    return {
      name: this.#name,
      async *hints(signal) {
        const queue: (Hint | Error | "end")[] = [];
        let wake: (() => void) | undefined;
        signal.addEventListener("abort", () => wake?.(), { once: true });
        attach((hint) => {
          queue.push(hint);
          wake?.();
        });
        while (!signal.aborted) {
          const hint = queue.shift();
          if (hint === "end") return;
          if (hint instanceof Error) throw hint;
          if (hint === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else {
            if (hint.kind === "issues") for (const change of hint.changes) note(life, change, clock.now());
            if (hint.kind === "sweep") life.toldToSweep = clock.now();
            yield hint;
          }
        }
        attach(undefined);
      },
    };
  }
}

function note({ heard }: Life, { issue, closed, stamp }: IssueChange, at: number): void {
  if (!closed || stamp === undefined) return;
  heard.set(issue, (heard.get(issue) ?? new Map<string, number>()).set(stamp, at));
}
