import { messageOf } from "../src/index.ts";
import { SETTLE } from "../src/pursue.ts";
import type { Violation } from "./command.ts";
import type { Core } from "./core.ts";
import { Deadlines, SWEEP } from "./deadlines.ts";
import type { History } from "./history.ts";
import { GRACE } from "./rival.ts";
import { Supervisor } from "./supervisor.ts";
import { takeStep } from "./take-step.ts";
import { World } from "./world.ts";

/** Cap of the backoff of landings: the longest wait for one that has failed before, when nothing changes. */
const LONGEST_WAIT = 300_000;
/** Five convoys, three commands each at the slowest pace, a grace, and some time for reads and restarts. */
const SLACK = 5 * 3 * 1_600 + GRACE + SETTLE + 10_000;

/** What a history led to. */
export interface Outcome {
  readonly violation: Violation | undefined;
  readonly commands: number;
  readonly landed: number;
}

/** Plays a history against a core. `trace` hears of all that happens. */
export async function play(core: Core, history: History, trace?: (line: string) => void): Promise<Outcome> {
  const world = new World(core, history, trace);
  const supervisor = new Supervisor(core, world, history);
  try {
    await playAll(history, world, supervisor);
  } catch (error) {
    world.oracle.fail("fault", messageOf(error));
  } finally {
    world.over = true;
  }
  const { commands, violation } = world.oracle;
  return { violation, commands, landed: supervisor.landed };
}

async function playAll(history: History, world: World, supervisor: Supervisor): Promise<void> {
  supervisor.start();
  void new Deadlines(world, supervisor).run();
  for (const step of history.steps) {
    await world.clock.advance(step.wait);
    if (world.oracle.violation !== undefined) return;
    world.say(() => JSON.stringify(step));
    takeStep(step, world, supervisor);
  }
  await calm(history, world, supervisor);
  if (world.oracle.violation !== undefined) return;
  await epilogue(history, world);
  if (supervisor.watcher !== undefined) world.oracle.testimony.expectTold(supervisor.watcher);
  await supervisor.end();
}

/** The faults stop, and what is complete has to land: within a sweep, or when its backoff is over. */
async function calm({ newGt }: History, world: World, supervisor: Supervisor): Promise<void> {
  const { clock, feeds, gt, oracle, town } = world;
  world.say(() => "calm");
  world.bringForward();
  for (const rig of ["hq", "gt", "bd"] as const) town.setFault(rig, undefined);
  gt.health = "ok";
  gt.heal.abort();
  if (newGt) gt.version += 1;
  for (const feed of feeds) feed.revive();
  supervisor.start();
  await clock.advance((newGt ? 0 : LONGEST_WAIT) + SWEEP + SLACK);
  oracle.expectLanded("liveness");
  if (supervisor.watcher !== undefined) oracle.testimony.expectSaid(supervisor.watcher);
}

/** With a feed that works nothing waits for a sweep. */
async function epilogue(history: History, world: World): Promise<void> {
  const { clock, gt, oracle, rival, town } = world;
  world.say(() => "epilogue");
  gt.pace = Math.min(gt.pace, 120);
  const convoys = {
    "hq-cv-x": ["gt-91", "hq-91", "gt-92"],
    "hq-cv-y": ["bd-91", "bd-92", "gt-93"],
    "hq-cv-z": ["gt-94", "bd-93", "gt-95"],
  };
  for (const [convoy, issues] of Object.entries(convoys)) {
    for (const issue of issues) town.put(issue, "open");
    town.put(convoy, "open", true);
    town.setEdges(
      convoy,
      issues.map((issue) => (issue.startsWith("hq-") ? issue : `external:rig:${issue}`)),
    );
  }
  // Only a close of what was seen open is acted on at once.
  await clock.advance(SWEEP + 2_000);
  for (const [index, issue] of Object.values(convoys).flat().entries()) {
    await clock.advance(history.epilogue[index] ?? 0);
    town.put(issue, "closed");
    world.tell(issue, "closed", "now");
  }
  await clock.advance(3 * 3 * 130 + 1_500 + (rival.how === "none" ? 0 : GRACE));
  oracle.expectLanded("promptness");
  // People are told in the background.
  await clock.advance(gt.nudges + 2_000);
}
