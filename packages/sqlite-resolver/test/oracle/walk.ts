import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { createTownStore, DatabaseError, isDone } from "@gastown/convoy-core";
import { createChangeFeed, openTown } from "../../src/index.ts";
import { driver } from "../support/driver.ts";
import { realClock } from "../support/real-clock.ts";
import { startWriter, type Writer } from "../support/writer.ts";
import { type Ground, mend, type Operation, OPERATIONS } from "./operations.ts";
import { createRandom } from "./random.ts";

/** A walk over a town of its own. */
export interface Walk {
  /** A directory for the town, which is there and empty. */
  readonly dir: string;
  readonly seed: number;
  /** How long to walk, in milliseconds. */
  readonly ms: number;
  /** How long after the last operation our answers may differ, in milliseconds. */
  readonly quiet: number;
}

/** How a walk ended. */
export interface Walked {
  readonly operations: number;
  readonly comparisons: number;
  /** Where our answers differed from those of a program that had just opened the files, and what had been done until then. */
  readonly differences: readonly string[];
}

/** State of each tracked issue; undefined when the town itself cannot be read. */
type View = ReadonlyMap<string, string> | undefined;

const CONVOY = "hq-cv-walk";

/**
 * Does random things to the files of a town while a feed and a store read it, and compares, whenever it is quiet, what
 * the store answers, and what somebody knows who reads again only when the feed says so, with what another process reads.
 */
export async function walk({ dir, seed, ms, quiet }: Walk): Promise<Walked> {
  const ends: (() => Promise<void>)[] = [];
  const writer = startWriter((end) => void ends.push(end));
  const random = createRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const grounds = await build(join(dir, "town"), writer);
  const files = openTown({ town: join(dir, "town"), now: () => performance.now(), driver });
  const store = createTownStore(files.databases);
  const stop = new AbortController();
  const done: string[] = [];
  const differences: string[] = [];
  let known: View;
  let comparisons = 0;
  let told = 0;

  const ours = async (): Promise<View> => {
    try {
      const { tracked = [] } = (await store.readConvoys([CONVOY])).get(CONVOY) ?? {};
      return new Map(tracked.map(({ id, state }) => [id, state]));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return undefined;
    }
  };

  const feeding = (async () => {
    const feed = createChangeFeed({ files, clock: realClock });
    for await (const hint of feed.hints(stop.signal)) {
      if (hint.kind === "issues" || hint.kind === "sweep") told += 1;
    }
  })();

  /** As the core does: a read that fails is tried again until it does not. */
  const believing = (async () => {
    for (let heard = -1; !stop.signal.aborted; await sleep(20)) {
      if (heard === told && known !== undefined) continue;
      heard = told;
      known = await ours();
    }
  })();

  const compare = async (): Promise<void> => {
    const end = performance.now() + quiet;
    for (;;) {
      const truth = await theirs(grounds, writer);
      const [answer, belief] = [await ours(), known];
      if (inWords(answer) === inWords(truth) && isBelieved(belief, truth)) break;
      if (performance.now() < end) {
        await sleep(50);
        continue;
      }
      differences.push(
        [
          `after ${done.slice(-12).join("; ")}`,
          `truth:  ${inWords(truth)}`,
          `store:  ${inWords(answer)}`,
          `told:   ${inWords(belief)}`,
        ].join("\n"),
      );
      return;
    }
    comparisons += 1;
  };

  const until = performance.now() + ms;
  await compare();
  while (performance.now() < until && differences.length === 0) {
    for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1) {
      const ground = pick(grounds);
      const [name, operation] = weighted(random());
      try {
        await operation(ground, { writer, pick, number: () => Math.floor(random() * 1e9) });
        done.push(`${name} (${ground.name})`);
      } catch {
        done.push(`${name} (${ground.name}; could not)`);
      }
      if (random() < 0.3) await sleep(random() * 300);
    }
    await compare();
    if (random() < 0.2) await mend(pick(grounds), { writer, pick, number: random });
  }
  stop.abort();
  await Promise.all([feeding, believing]);
  files.close();
  for (const end of ends) await end();
  return { operations: done.length, comparisons, differences };
}

async function build(town: string, writer: Writer): Promise<Ground[]> {
  await writer.build(town, { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  const ids = (prefix: string): string[] => [1, 2, 3].map((number) => `${prefix}-${number}`);
  const all = ["al", "be", "hq"].flatMap(ids);
  for (const id of all) await writer.town(town, "createIssue", { id });
  await writer.town(town, "createConvoy", { id: CONVOY, tracks: all });
  const grounds: Ground[] = [];
  for (const [name, path, prefix] of [
    ["town", ".", "hq"],
    ["alpha", "alpha", "al"],
    ["beta", "beta", "be"],
  ] as const) {
    const elsewhere = join(town, "..", `elsewhere-${name}`);
    mkdirSync(elsewhere);
    const file = join(town, path, ".beads/beads.db");
    await writer.sql(file, "pragma wal_checkpoint(truncate)");
    const backup = join(elsewhere, "backup.db");
    copyFileSync(file, backup);
    grounds.push({ name, file, backup, issues: ids(prefix), elsewhere });
  }
  return grounds;
}

function weighted(random: number): readonly [string, Operation] {
  let left = random * OPERATIONS.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight, operation] of OPERATIONS) {
    left -= weight;
    if (left < 0) return [name, operation];
  }
  return ["mend", mend];
}

/** What a program reads that has just opened the files. */
async function theirs(grounds: readonly Ground[], writer: Writer): Promise<View> {
  const states = new Map<string, string>();
  for (const { name, file, issues } of grounds) {
    try {
      if (name === "town") await writer.sql(file, "select depends_on_id from dependencies where type = 'tracks'");
      const rows = (await writer.sql(
        file,
        `select id, status from issues where id in (${issues.map((id) => `'${id}'`).join()})`,
      )) as { id: string; status: string }[];
      for (const { id, status } of rows) states.set(id, isDone(status) ? "done" : "open");
    } catch {
      if (name === "town") return undefined;
    }
  }
  return states;
}

function inWords(view: View): string {
  if (view === undefined) return "the town cannot be read";
  return ["al", "be", "hq"]
    .flatMap((prefix) => [1, 2, 3].map((number) => `${prefix}-${number}`))
    .map((id) => `${id} ${view.get(id) ?? "unknown"}`)
    .join(", ");
}

/** What cannot be read any more need not be told: nothing follows from it, and it is told when it can be read again. */
function isBelieved(belief: View, truth: View): boolean {
  return [...(truth ?? [])].every(([id, state]) => belief?.get(id) === state);
}
