/** A rule of the core, and how to break it in a copy of the source. noticed.json says what notices. */
export interface Break {
  readonly rule: string;
  readonly changes: readonly Change[];
}

/** What is to be replaced: it is there exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Keeps each convoy as the judge has read it. */
const JUDGED: readonly Change[] = [
  { file: "run.ts", from: "    tellings: new Set(),", to: "    tellings: new Set(),\n    judged: new Map()," },
  {
    file: "judge.ts",
    from: "  const before = lifeOf(run, id);",
    to: "  run.judged.set(id, convoy);\n  const before = lifeOf(run, id);",
  },
];

const one = (rule: string, file: string, from: string, to: string): Break => ({ rule, changes: [{ file, from, to }] });

export const BREAKS: Readonly<Record<string, Break>> = {
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
  alone: one("one command at a time", "watch.ts", "landLoop(run),", "landLoop(run),\n    landLoop(run),"),
  batch: one(
    "hints come in between the chunks of a sweep",
    "judge.ts",
    "run.judging.take(BATCH, CHUNK)",
    "run.judging.take(BATCH)",
  ),
  // Landing.
  backoff: one(
    "a landing that failed waits before it is tried again",
    "pursue.ts",
    "on.failure.retryAt > now",
    "on.failure.retryAt > now + 1e9",
  ),
  retry: one(
    "a landing that failed is tried again",
    "convoy-life.ts",
    'return outcome({ ...life, state: { kind: "stuck", since }, failure }, look(after), records);',
    'return outcome({ ...life, state: { kind: "stuck", since }, failure }, NOTHING, records);',
  ),
  unread: one(
    "a convoy that could not be read is read again",
    "convoy-life.ts",
    "const next = look(backoff(STREAM_BACKOFF, unread, context.random));",
    "const next = NOTHING;",
  ),
  ceiling: one("the first wait is short", "backoff.ts", "Math.min(failures - 1, 30)", "Math.min(failures, 30)"),
  print: one(
    "what has changed is tried again at once",
    "pursue.ts",
    "return `${gt}\\n${fingerprint(convoy)}`;",
    'return "";',
  ),
  kept: one(
    "a failure is forgotten when something is open again",
    "pursue.ts",
    'without(known, "settled", "failure")',
    'without(known, "settled")',
  ),
  stuck: one(
    "a convoy is stuck once",
    "convoy-life.ts",
    "(hung || attempts >= STUCK_AFTER) && life.failure?.reported !== true;",
    "hung || attempts >= STUCK_AFTER;",
  ),
  force: one(
    "force answers a refusal",
    "steps.ts",
    "closing !== undefined && asksForForce(closing.result) && ",
    "closing !== undefined && ",
  ),
  futile: one(
    "what was learnt of one gt is not held against the next",
    "land.ts",
    "if (gt !== futile.gt) futile.kinds.clear();",
    "",
  ),
  which: one(
    "a gt whose check takes no id is told to close",
    "steps.ts",
    "(!knows.checkTakesId || futile(convoy))",
    "futile(convoy)",
  ),
  stop: one(
    "a stop ends the steps",
    "convoy-life.ts",
    'context.turn?.stopped !== false || result.ended === "left"',
    'result.ended === "left"',
  ),
  fresh: one(
    "after a stop no turn begins",
    "pursue.ts",
    'if (turn.stopped) return to({ kind: "landing", since, tries: [] }, NOTHING);',
    "",
  ),
  // Settling.
  settle: one(
    "what no close was seen to complete settles",
    "pursue.ts",
    "return isFirst && isAtRest(convoy, context) ? now : now + SETTLE;",
    "return now;",
  ),
  young: one("a convoy that was just made settles", "pursue.ts", "isFirst && isAtRest(convoy, context)", "isFirst"),
  short: one("settling is longer than gt takes between two issues", "pursue.ts", "SETTLE = 3_000", "SETTLE = 500"),
  anew: one(
    "each change begins the settling anew",
    "pursue.ts",
    "if (life.settled?.tracks === tracks)",
    "if (life.settled !== undefined)",
  ),
  // A rival.
  nomore: one(
    "a grace ends when the convoy is complete no more",
    "pursue.ts",
    'held || (verdict.kind !== "complete" && life.left?.asking === false)',
    "held",
  ),
  comeback: one(
    "a rival that comes back has a grace of its own",
    "pursue.ts",
    "turn !== undefined && turn.rival === undefined",
    "false",
  ),
  openedAnew: one("a convoy that is opened again settles anew", "convoy-life.ts", "seen.reopened === true", "false"),
  restamp: one("the close is that of our command", "tell.ts", "{ ...convoy, ...stamp }", "convoy"),
  mends: one(
    "gt is asked to tell people only where it can",
    "tell.ts",
    'rows.verdict.repair !== "check"',
    'rows.verdict.told !== "closed, not told"',
  ),
  grace: one("a rival's grace runs once", "pursue.ts", "const grace = left ?? {", "const grace = {"),
  left: one(
    "a convoy that is complete once more is left to the rival once more",
    "pursue.ts",
    'isOver ? without(life, "left") : life',
    "life",
  ),
  meet: one(
    "a rival is looked for before each turn",
    "land.ts",
    "const rival = await meetRival(run);",
    "const rival = undefined;",
  ),
  others: one(
    "what others have closed has not landed",
    "convoy-life.ts",
    "if (by !== undefined && convoy !== undefined)",
    "if (convoy !== undefined)",
  ),
  // Time.
  slept: one(
    "after a jump of the clock the grace begins anew",
    "pursue.ts",
    "on.left?.asking === asking && on.left.since >= context.jumpedAt",
    "on.left?.asking === asking",
  ),
  jump: one("a jump of the clock is a sweep", "sweep.ts", "run.jumped = () => request(JUMPED);", ""),
  // Told.
  told: one(
    "landed is said when gt has ended",
    "tell.ts",
    "const result = await gt;\n  if",
    "const result = await Promise.race([gt, undefined]);\n  if",
  ),
  again: one(
    "gt is asked to tell people of whom nobody has mail",
    "telling.ts",
    'verdict.told === "closed, not told" && verdict.repair === "check" && isOurs',
    "isOurs && context.now < 0",
  ),
  hold: one(
    "telling people holds up no other landing",
    "land.ts",
    "    tell(run, id, ended);\n    return undefined;",
    "    tell(run, id, ended);\n    await ended;\n    return undefined;",
  ),
  all: one(
    "what the check for another convoy closed has landed",
    "convoy-life.ts",
    "if (checkedAll === undefined) return undefined;",
    "if (now > 0) return undefined;",
  ),
  leave: one(
    "a gt under way is left running at a stop",
    "run.ts",
    "if (!over.signal.aborted) leave.abort();",
    "if (over.signal.aborted) leave.abort();",
  ),
  said: one(
    "complete and then waiting is told",
    "pursue.ts",
    "const isNews = life.said !== now && record !== undefined;",
    'const isNews = life.said !== now && record !== undefined && (record.event !== "waiting" || life.said === undefined);',
  ),
  // Asking gt.
  replay: one(
    "gt is asked once for each close event, however often that is told",
    "sources.ts",
    "return run.asked.has(event) ? undefined : { event, issue };",
    "return { event, issue };",
  ),
  asked: one(
    "gt has been asked when it ended by itself, and well",
    "convoy-life.ts",
    'if (result.ended === "exit" && result.exitCode === 0) {\n    const heard',
    "{\n    const heard",
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
    'if (fresh > 0 && reason === "timer")',
    "if (fresh >= 0)",
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
    "run.ts",
    "if (set.size > REMEMBERED && oldest",
    "if (set.size < 0 && oldest",
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
