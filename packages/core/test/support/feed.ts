import type { ActivitySource, Hint } from "../../src/index.ts";

/** A source of hints that a test pushes. It is attached from the start. */
export class Feed implements ActivitySource {
  readonly name: string;
  doubts = 0;
  reopenings = 0;
  followers = 0;
  readonly #queue: (Hint | Error | "end")[] = [{ kind: "state", state: "up" }];
  #wake: (() => void) | undefined;

  constructor(name = "bd", first: readonly Hint[] = [{ kind: "state", state: "up" }]) {
    this.name = name;
    this.#queue = [...first];
  }

  push(...hints: (Hint | Error | "end")[]): void {
    this.#queue.push(...hints);
    this.#wake?.();
  }

  closed(issue: string, stamp?: string): void {
    this.push({ kind: "issues", changes: [{ issue, closed: true, ...(stamp !== undefined && { stamp }) }] });
  }

  reopened(issue: string): void {
    this.push({ kind: "issues", changes: [{ issue, closed: false, reopened: true }] });
  }

  doubt(): void {
    this.doubts += 1;
  }

  reopen(): void {
    this.reopenings += 1;
  }

  async *hints(signal: AbortSignal): AsyncGenerator<Hint> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener("abort", wake);
    this.followers += 1;
    try {
      while (!signal.aborted) {
        const hint = this.#queue.shift();
        if (hint === "end") return;
        if (hint instanceof Error) throw hint;
        if (hint !== undefined) yield hint;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.followers -= 1;
      signal.removeEventListener("abort", wake);
    }
  }
}
