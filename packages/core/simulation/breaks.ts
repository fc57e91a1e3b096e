import { type Break, type Change, one } from "./break.ts";
import { BREAKS_OF_A_LIFE } from "./breaks-of-a-life.ts";

/** Keeps each convoy as the judge has read it. */
const JUDGED: readonly Change[] = [
  { file: "run.ts", from: "    tellings: new Set(),", to: "    tellings: new Set(),\n    judged: new Map()," },
  {
    file: "judge.ts",
    from: "  const before = lifeOf(run, id);",
    to: "  run.judged.set(id, convoy);\n  const before = lifeOf(run, id);",
  },
];

/** All rules that are broken, by the names that noticed.json has for them. */
export const BREAKS: Readonly<Record<string, Break>> = {
  ...BREAKS_OF_A_LIFE,
  // What is read, and when.
  reread: {
    rule: "after a command the convoy is read again",
    changes: [
      ...JUDGED,
      {
        file: "land.ts",
        from: ': { kind: "ran", result, convoy: read.get(id) };',
        to: ': { kind: "ran", result, convoy: run.judged.get(id) };',
      },
    ],
  },
  stale: {
    rule: "a convoy is read right before a command is run for it",
    changes: [
      ...JUDGED,
      {
        file: "land.ts",
        from: "return { turn, convoy: await readConvoy(run, id) };",
        to: "return { turn, convoy: run.judged.get(id) ?? (await readConvoy(run, id)) };",
      },
    ],
  },
  unknown: one("what is unknown is not done", "convoy.ts", 'issue.state !== "done"', 'issue.state === "open"'),
  empty: one(
    "a convoy that tracks nothing is not complete",
    "convoy.ts",
    "if (progress.total === 0)",
    "if (progress.total < 0)",
  ),
  owned: one(
    "a convoy that its owner closes is left alone",
    "convoy.ts",
    "if (convoy.owned)",
    "if (convoy.owned && progress.total < 0)",
  ),
  staged: one(
    "a convoy that is not launched is left alone",
    "convoy.ts",
    "if (convoy.staged)",
    "if (convoy.staged && progress.total < 0)",
  ),
  home: one(
    "an unreadable home is not made up for by the town's own row",
    "find-issues.ts",
    "if (there?.row || there?.unread) return there;",
    "if (there?.row) return there;",
  ),
  route: one(
    "the longest prefix leads home",
    "routes.ts",
    "route.prefix.length > (best?.prefix.length ?? 0)",
    "best === undefined",
  ),
  index: one(
    "the index of tracked issues is made anew when the town has changed",
    "tracking-index.ts",
    "if (known?.revision === now)",
    "if (known !== undefined)",
  ),
  // Queues: who has a turn.
  dirty: one(
    "a hint that comes while its convoy is looked at leads to another look",
    "work-queue.ts",
    "this.#dirty.set(key, priority);\n    if (this.#processing.has(key)) return;",
    "if (this.#processing.has(key)) return;\n    this.#dirty.set(key, priority);",
  ),
  later: one("of several delays the earliest holds", "work-queue.ts", "before.at <= at", "before.at >= at"),
  claim: one(
    "a convoy is not judged while it is landed",
    "land.ts",
    "(await run.judging.claim(id))",
    "(await Promise.resolve(true))",
  ),
  alone: one("one command at a time", "watch.ts", "landLoop(run)];", "landLoop(run), landLoop(run)];"),
  batch: one(
    "hints come in between the chunks of a sweep",
    "judge.ts",
    "run.judging.take(BATCH, CHUNK)",
    "run.judging.take(BATCH)",
  ),
  // Sources and sweeps.
  sweep: one(
    "there is a sweep in every interval",
    "sweep.ts",
    'const reason = wanted ?? "timer";',
    'const reason = wanted ?? "timer";\n        if (wanted === undefined) continue;',
  ),
  rely: one(
    "a sweep relies on the one before only when nobody has written since",
    "sweep.ts",
    "swept.revision === revision && ",
    "",
  ),
  another: one(
    "a sweep does not rely on one that another gt was there for",
    "sweep.ts",
    "seen && `${seen}\\n${lander.identity()}`",
    "seen",
  ),
  wake: one("a request wakes the sweeper", "sweep.ts", "if (isUrgent || failures === 0) nap.abort();", ""),
  follow: one(
    "a source that failed is followed again",
    "sources.ts",
    "if (stop.aborted) return;\n    failures",
    "return;\n    failures",
  ),
  nap: one(
    "a stop cuts the rest",
    "sweep.ts",
    "const cut = (): void => nap.abort();",
    "const cut = (): void => undefined;",
  ),
  hinted: one(
    "the time to land is counted from the hint that led to it",
    "pursue.ts",
    'return said(without(resting, "hintedAt"), convoy, verdict);',
    "return said(resting, convoy, verdict);",
  ),
  first: one(
    "the time to land is counted from the first of several hints",
    "convoy-life.ts",
    "hintedAt: life.hintedAt ?? context.now, asks",
    "hintedAt: context.now, asks",
  ),
  late: one("a source that attaches late is made up for by a sweep", "sources.ts", "if (over) late(source);", ""),
  lookup: one(
    "a hint that could not be followed is made up for by a sweep",
    "sources.ts",
    'sweeper.request(`${name}: a hint could not be followed`, "patient");',
    "",
  ),
  failed: one("a failed read is made up for by a sweep", "judge.ts", "else failed();", ""),
  dismiss: one(
    "the first sweep answers the requests before it",
    "sweep.ts",
    "dismiss() {\n      wanted = undefined;",
    "dismiss() {",
  ),
  doubt: one(
    "sources are doubted for what a sweep found by itself alone",
    "sweep.ts",
    'if (swept.fresh > 0 && reason === "timer")',
    "if (swept.fresh >= 0)",
  ),
  failing: one(
    "sweeps that fail wait for longer and longer",
    "sweep.ts",
    "failures > 0 ? backoff(STREAM_BACKOFF, failures, random()) : sweepEvery",
    "failures > 0 ? 0 : sweepEvery",
  ),
  distrust: one("not every sweep relies on the one before", "sweep.ts", "RELY_ON = 19", "RELY_ON = 1e9"),
  forget: one("ends are forgotten after a while", "sweep.ts", "now - (closes.at(-1) ?? 0) > KEPT", "now < 0"),
  reopened: one(
    "an issue that is open again is told of beside closed convoys",
    "sources.ts",
    "if (change.reopened === true) run.reopened.add(issue);",
    "",
  ),
  bound: one(
    "what was asked is not remembered for ever",
    "recent.ts",
    "if (young.size >= limit &&",
    "if (young.size < 0 &&",
  ),
  merged: one(
    "a close that another event follows in the channel is still one",
    "hint-channel.ts",
    "closed: before.closed || after.closed,",
    "closed: after.closed,",
  ),
  swallowed: one(
    "who follows a source hears of its fault",
    "hint-channel.ts",
    "  await working;\n}",
    "  await working.catch(() => undefined);\n}",
  ),
};
