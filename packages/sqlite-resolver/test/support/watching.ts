import { join } from "node:path";
import type { Clock, Hint, IssueChange } from "@gastown/convoy-core";
import { buildTown, tempDir, type Town, type TownOptions, until } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { createChangeFeed, openTown, type TownFiles, type WatchDirectory } from "../../src/index.ts";
import { driver } from "./driver.ts";
import { realClock } from "./real-clock.ts";

export const oneRig: TownOptions = { rigs: { alpha: { prefix: "al" } } };

export function freshTown(options: TownOptions = oneRig): Town {
  return buildTown(join(tempDir(onTestFinished).path, "town"), options);
}

/** A change feed over a town, and all it has said. */
export interface Watching {
  readonly files: TownFiles;
  readonly hints: Hint[];
  /** What it has said of an issue since the last `forget`; undefined while it has said nothing. */
  change(issue: string): IssueChange | undefined;
  /** The reason of a sweep asked for since the last `forget`. */
  sweep(pattern: RegExp): string | undefined;
  state(): (Hint & { kind: "state" }) | undefined;
  forget(): void;
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

export interface WatchOptions {
  readonly clock?: Clock;
  readonly watchDirectory?: WatchDirectory;
  readonly files?: TownFiles;
}

/** Follows a town until the test is over. Returns once the feed has said that it is attached. */
export async function follow(
  town: string,
  { clock = realClock, watchDirectory, files: given }: WatchOptions = {},
): Promise<Watching> {
  const files = given ?? openTown({ town, now: () => clock.now(), driver });
  const controller = new AbortController();
  const hints: Hint[] = [];
  let from = 0;
  const feed = createChangeFeed({ files, clock, ...(watchDirectory && { watchDirectory }) });
  const ended = (async () => {
    for await (const hint of feed.hints(controller.signal)) hints.push(hint);
  })();
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
    files.close();
  };
  onTestFinished(stop);
  await Promise.race([until(() => hints.some(({ kind }) => kind === "state")), ended]);
  return {
    files,
    hints,
    change: (issue) =>
      hints
        .slice(from)
        .flatMap((hint) => (hint.kind === "issues" ? hint.changes : []))
        .findLast((change) => change.issue === issue),
    sweep: (pattern) =>
      hints
        .slice(from)
        .flatMap((hint) => (hint.kind === "sweep" ? [hint.reason] : []))
        .find((reason) => pattern.test(reason)),
    state: () => hints.findLast((hint) => hint.kind === "state"),
    forget: () => {
      from = hints.length;
    },
    stop,
    ended,
  };
}
