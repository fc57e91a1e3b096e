import type { WatchRecord } from "@gastown/convoy-core";
import type { Output, Screen } from "./narrator.ts";
import type { Stage } from "./stage.ts";
import { type DemoConvoy, NIGHT, PASSKEY, RETIRE } from "./town.ts";

const PATIENCE = 5_000;

/** What the story is told with. */
export interface Telling {
  readonly stage: Stage;
  readonly screen: Screen;
  readonly style: Output["style"];
  /** Somebody does something; for those who read records. */
  readonly act: (who: string, command: string) => void;
  /** Time to read; none for a program. Rejects when the demo is told to stop. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Tells the story, or as much of it as works. What became of each convoy is for the summary to find out. */
export async function tellStory(telling: Telling): Promise<void> {
  const { stage, screen, style, act, pause } = telling;
  const dolt = stage.store === "dolt";
  const scene = async (title: string): Promise<void> => {
    screen.gap();
    screen.say(style("bold", title), 1, 3);
    await pause(400);
  };
  const agent = async (who: string, rig: string, ...args: string[]): Promise<void> => {
    screen.cue(who, `$ bd ${args.join(" ")}`);
    await pause(400);
    act(who, `bd ${args.join(" ")}`);
    await stage.bd(rig, args);
  };

  const lands = async ({ id }: DemoConvoy): Promise<boolean> => {
    const landed = await watcher.until((record) => record.event === "landed" && record.convoy === id, PATIENCE);
    await pause(1_000);
    return landed !== undefined;
  };

  const cannotBeJudged = async (): Promise<void> => {
    const waits = await watcher.until(isUnknown(RETIRE), PATIENCE);
    if (waits !== undefined)
      screen.cue("watcher", `${RETIRE.title}: nobody can tell whether that was done, so it waits`);
    await pause(1_000);
  };

  await introduce(telling);
  let watcher = await stage.watch();
  act("you", "convoy-cli watch");
  screen.cue("you", "$ convoy-cli watch");
  await pause(700);

  await scene("1. An agent closes an issue");
  await agent("nux", "web", "close", "web-7k2");
  await watcher.until(isWaiting(PASSKEY, 1), PATIENCE);
  await pause(800);

  await scene(
    dolt
      ? "2. The last one is closed in another rig: gt does not see it"
      : "2. The last one is closed past the rig's daemon: no event tells of it",
  );
  await agent("toast", "api", ...(dolt ? [] : ["--no-daemon"]), "close", "api-q4d");
  if (!(await lands(PASSKEY))) return;

  await scene(
    dolt ? "3. An issue is deleted: on Dolt nothing is left that says so" : "3. An issue is deleted, not closed",
  );
  await agent("slit", "api", "close", "api-m2x");
  await watcher.until(isWaiting(RETIRE, 1), PATIENCE);
  await agent("dag", "docs", "delete", "docs-h3e");
  if (dolt) await cannotBeJudged();
  else if (!(await lands(RETIRE))) return;

  await scene("4. The watcher is killed, and the work goes on without it");
  act("you", "kill -9");
  await watcher.kill();
  screen.cue("you", `$ kill -9   ${style("red", `✗ nobody watches`)}`);
  await pause(400);
  await agent("nux", "web", "close", "web-d9f");
  await agent("capable", "web", "close", "docs-t5c");
  act("you", "convoy-cli watch");
  screen.cue("you", "$ convoy-cli watch");
  watcher = await stage.watch();
  await lands(NIGHT);
}

async function introduce({ stage, screen, style, pause }: Telling): Promise<void> {
  screen.gap();
  screen.say(`${style("bold", "convoy-cli demo")}: real databases and the real watcher, in a throw-away town`, 1, 1);
  screen.gap();
  screen.say(
    "Agents work in rigs, one rig a project: here web, api and docs. A convoy tracks issues of any rig. When the last" +
      " of them is done, it should land: be closed at once, and those who wait be told. " +
      (stage.store === "dolt"
        ? "The databases of this town are on a Dolt server, started for it; bd has no events there that gt could follow."
        : "The events that gt follows tell of some closes only."),
    1,
  );
  await pause(1_800);
  screen.gap();
  for (const { title, tracks } of stage.convoys) screen.row(`▸ ${title}`, style("dim", `tracks ${tracks.join(", ")}`));
  await pause(1_000);
  screen.gap();
}

function isWaiting({ id }: DemoConvoy, done: number): (record: WatchRecord) => boolean {
  return (record) => record.event === "waiting" && record.convoy === id && record.done === done;
}

function isUnknown({ id }: DemoConvoy): (record: WatchRecord) => boolean {
  return (record) =>
    record.event === "waiting" && record.convoy === id && record.blockers.some(({ state }) => state === "unknown");
}
