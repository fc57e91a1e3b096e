import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Dice } from "../simulation/random.ts";
import { step } from "../src/convoy-life.ts";
import type { ConvoySnapshot, TrackedIssue } from "../src/index.ts";
import { type Context, type Life, newLife, type Seen, type State } from "../src/life.ts";
import { SETTLE } from "../src/pursue.ts";

const ID = "hq-cv-a";
const issue = (id: string, state: TrackedIssue["state"]): TrackedIssue => ({
  reference: id,
  id,
  state,
  ...(state !== "unknown" && { status: state === "done" ? "closed" : "open" }),
});
const convoy = (status: string, ...tracked: TrackedIssue[]): ConvoySnapshot => ({
  id: ID,
  title: "A",
  status,
  open: status !== "closed" && status !== "tombstone",
  staged: status.startsWith("staged_"),
  owned: false,
  updatedAt: "2026-01-12T00:00:00Z",
  tracked,
});
const context: Context = {
  now: 1_000_000,
  wall: Date.UTC(2026, 0, 12, 1),
  jumpedAt: Number.NEGATIVE_INFINITY,
  random: 0.5,
  gt: "gt 1",
  grace: 7_000,
  steps: ["check", "close", "force"],
  dryRun: false,
  others: "somebody else",
};
const knows = { checkTakesId: true, stamps: true };
const turn = { rival: undefined, knows, futile: () => false, stopped: false };

/** Random lives, step by step; what each step led from and to. */
function* randomSteps(seed: number, lives: number): Generator<{ before: Life; after: Life; seen: Seen }> {
  const dice = new Dice(seed);
  for (let count = 0; count < lives; count += 1) {
    let life = newLife(dice.chance(0.05) ? "--force" : ID);
    let { now } = context;
    for (let length = 0; length < 25; length += 1) {
      now += dice.pick([0, 10, 500, SETTLE, 10_000, 400_000]);
      const tracked = Array.from({ length: dice.int(0, 2) }, (_, at) =>
        issue(`gt-${at}`, dice.pick(["done", "done", "open", "unknown"])),
      );
      const status = dice.pick(["open", "open", "open", "closed", "closed", "tombstone", "staged_ready", "hooked"]);
      const read = dice.chance(0.05)
        ? undefined
        : {
            ...convoy(status, ...tracked),
            id: life.id,
            updatedAt: dice.pick(["2026-01-12T00:00:00Z", "2026-01-12T00:59:59Z"]),
            owned: dice.chance(0.1),
            closedAt: dice.pick(["2026-01-12T01:00:00Z", "2026-01-11T01:00:00Z"]),
          };
      const exit = {
        ended: "exit",
        exitCode: dice.pick([0, 1]),
        output: dice.pick(["", "Use --force to close"]),
      } as const;
      const result = dice.pick([
        exit,
        exit,
        { ended: "timeout", output: "" } as const,
        { ended: "left", output: "" } as const,
      ]);
      const verdict = {
        told: dice.pick(["told", "closed, not told", "tried, not told", "cannot be known"] as const),
        untold: [],
        repair: dice.pick(["check", "mail", undefined] as const),
        why: "",
      };
      const seen = dice.pick<Seen>([
        { kind: "hint", ...(dice.chance(0.5) && { ask: { event: `e${length}`, issue: "gt-0" } }) },
        { kind: "read", convoy: read },
        { kind: "read", convoy: read },
        { kind: "read", convoy: read },
        { kind: "unread", why: "locked" },
        { kind: "ran", convoy: read, result },
        { kind: "ran", convoy: read, result },
        { kind: "ran", convoy: read },
        { kind: "ran", convoy: undefined, result, unread: "locked" },
        { kind: "told", convoy: read, verdict: dice.chance(0.8) ? verdict : undefined, result },
        ...(length === 0 ? [{ kind: "unfinished", step: "close", startedAt: context.wall - 1_000 } as const] : []),
      ]);
      const rival = dice.chance(0.3) ? { name: "gt daemon", checking: dice.chance(0.5) } : undefined;
      const at: Context = {
        ...context,
        now,
        ...(dice.chance(0.6) && { turn: { ...turn, rival, stopped: dice.chance(0.1) } }),
        ...(dice.chance(0.1) && { checkedAll: { from: context.wall - 1_000, to: context.wall + 1_000 } }),
      };
      const before = life;
      life = step(life, seen, at).life;
      yield { before, after: life, seen };
    }
  }
}

/** The ways from each state to others, as docs/convoy-life.md has them. */
function waysOnThePage(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(new URL("../../../docs/convoy-life.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| `(\w+)` \| .* \| ([^|]*) \|$/gm);
  return new Map(
    [...rows].map(([, from = "", ways = ""]) => [from, [...ways.matchAll(/`(\w+)`/g)].map(([, to = ""]) => to)]),
  );
}

test("every way from one state to another is one that the page about it names, and every one that it names is taken", () => {
  const ways = waysOnThePage();
  const taken = new Set<string>();
  for (const { before, after, seen } of randomSteps(1, 30_000)) {
    const [from, to] = [before.state.kind, after.state.kind];
    if (from === to) continue;
    taken.add(`${from} > ${to}`);
    if (ways.get(from)?.includes(to) !== true) expect.fail(`${from} > ${to} by ${JSON.stringify(seen)}`);
  }
  const named = [...ways].flatMap(([from, tos]) => tos.map((to) => `${from} > ${to}`));
  expect([...taken].toSorted()).toEqual(named.toSorted());
});

test("a step changes nothing but what it gives back", () => {
  const freeze = (life: Life): Life => Object.freeze({ ...life, state: Object.freeze(life.state) as State });
  const life = freeze({ ...newLife(ID), asks: Object.freeze(new Map()) as Life["asks"] });
  const seen: Seen = { kind: "read", convoy: convoy("open", issue("gt-1", "done")) };
  expect(step(life, seen, context)).toEqual(step(life, seen, context));
  expect(life).toEqual(newLife(ID));
});

test("the time to land is counted from the first hint since it was last judged", () => {
  const at = (now: number): Context => ({ ...context, now });
  const open: Seen = { kind: "read", convoy: convoy("open", issue("gt-1", "open")) };
  const done: Seen = { kind: "read", convoy: convoy("open", issue("gt-1", "done")) };
  const judged = step(step(newLife(ID), { kind: "hint" }, at(1_000)).life, open, at(1_000)).life;
  const hinted = step(step(judged, { kind: "hint" }, at(5_000)).life, { kind: "hint" }, at(6_000)).life;
  expect(step(hinted, done, at(7_000)).life.state).toMatchObject({ kind: "landing", since: 5_000 });
});
