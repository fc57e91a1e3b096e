import type { Hint } from "@gastown/convoy-core";
import { until, virtualClock, type VirtualClock } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { type BdSourceOptions, createBdSource } from "../../src/index.ts";

/** A source that runs, and all it has said. */
export interface Sourcing {
  readonly clock: VirtualClock;
  readonly hints: Hint[];
  doubt(): void;
  /** Waits for a hint of a kind that matches. */
  hint<K extends Hint["kind"]>(
    kind: K,
    matches?: (hint: Extract<Hint, { kind: K }>) => boolean,
  ): Promise<Extract<Hint, { kind: K }>>;
  count(kind: Hint["kind"]): number;
  stop(): Promise<void>;
}

export function startSource(options: Pick<BdSourceOptions, "town" | "bd"> & Partial<BdSourceOptions>): Sourcing {
  const clock = virtualClock();
  const controller = new AbortController();
  const hints: Hint[] = [];
  const source = createBdSource({ identity: () => "same", env: process.env, clock, random: () => 0, ...options });
  const ended = (async () => {
    for await (const hint of source.hints(controller.signal)) hints.push(hint);
  })();
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return {
    clock,
    hints,
    doubt: () => source.doubt?.(),
    hint: (kind, matches = () => true) =>
      until(() =>
        hints.find(
          (hint): hint is Extract<Hint, { kind: typeof kind }> =>
            hint.kind === kind && matches(hint as Extract<Hint, { kind: typeof kind }>),
        ),
      ),
    count: (kind) => hints.filter((hint) => hint.kind === kind).length,
    stop,
  };
}
