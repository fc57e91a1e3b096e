import { type Break, one } from "./break.ts";

/** Rules of what is done about one convoy. */
export const BREAKS_OF_A_LIFE: Readonly<Record<string, Break>> = {
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
    "if (!over.aborted) late.abort();",
    "if (over.aborted) late.abort();",
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
    "return run.asked.get(event) === true ? undefined : { event, issue };",
    "return { event, issue };",
  ),
  asked: one(
    "gt has been asked when it ended by itself, and well",
    "convoy-life.ts",
    'if (result.ended === "exit" && result.exitCode === 0) {\n    const heard',
    "{\n    const heard",
  ),
};
