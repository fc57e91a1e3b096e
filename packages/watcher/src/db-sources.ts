import type { ActivitySource, Hint, SourceState } from "@gastown/convoy-core";
import { createDoltFeed } from "@gastown/dolt-resolver";
import { createChangeFeed } from "@gastown/sqlite-resolver";
import type { OpenedFiles } from "./open-store.ts";
import { systemClock } from "./system-clock.ts";

type State = Hint & { readonly kind: "state" };

/**
 * What the databases themselves tell, whatever each is kept in: a source for each kind, so that neither takes the other
 * down. Both go by one name, and what is told of it is the better of what they say.
 */
export function dbSources({ files, dolt }: OpenedFiles): readonly ActivitySource[] {
  const clock = systemClock;
  return underOneName("db", [createChangeFeed({ files, clock }), createDoltFeed({ files, dolt, clock })]);
}

/** Sources that stay apart, but for their state. That one has nothing to follow counts when none of them has. */
export function underOneName(name: string, parts: readonly ActivitySource[]): readonly ActivitySource[] {
  const states = new Map<ActivitySource, State>();
  const allSpoke = Promise.withResolvers<void>();
  const note = (part: ActivitySource, state: State): State => {
    states.set(part, state);
    if (states.size === parts.length) allSpoke.resolve();
    return mergeStates([...states.values()]);
  };
  return parts.map((part) => ({
    name,
    async *hints(signal) {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      try {
        for await (const hint of part.hints(signal)) {
          if (hint.kind !== "state") {
            yield hint;
            continue;
          }
          let merged = note(part, hint);
          // Not said before the others had their say.
          if (merged.state === "unavailable" && states.size < parts.length) {
            await Promise.race([allSpoke.promise, stopped.promise]);
            merged = mergeStates([...states.values()]);
          }
          yield merged;
        }
      } finally {
        note(part, { kind: "state", state: "down" });
      }
    },
    ...(part.doubt && { doubt: () => part.doubt?.() }),
  }));
}

const BEST_FIRST: readonly SourceState[] = ["up", "down", "unavailable"];

/** The best of them; of those that are no worse, and of those that are down, what they have to say. */
function mergeStates(states: readonly State[]): State {
  const state = BEST_FIRST.find((candidate) => states.some((one) => one.state === candidate)) ?? "down";
  const told = states.filter((one) => one.state === state || one.state === "down");
  const detail = told.flatMap((one) => one.detail ?? []).join("; ");
  return { kind: "state", state, ...(detail !== "" && { detail }) };
}
