import { setTimeout as sleep } from "node:timers/promises";
import type { GtControl } from "../../control.ts";
import { generationOf } from "../../gt-generations.ts";
import type { Args } from "../lib/args.ts";
import { earlierCalls, end, fail, finish, startGrandchild, stayAlive } from "../lib/stand-in.ts";
import { checkAsHead, checkAsSeed } from "./check.ts";
import { closeAsHead, closeAsSeed } from "./close.ts";
import { findTown } from "./town.ts";

const notInTown = "Error: not in a Gas Town workspace";

const hang = async (control: GtControl): Promise<never> => {
  if (control.ignoreSigterm === true) process.on("SIGTERM", () => {});
  if (control.grandchild === true) startGrandchild();
  return stayAlive();
};

const failsNow = (command: string, control: GtControl): boolean => {
  if (control.mode === "fails") return true;
  if (control.failTimes === undefined) return false;
  const own = control[command === "check" ? "check" : "close"]?.failTimes !== undefined;
  const alike = (argv: readonly string[]): boolean =>
    argv[0] === "convoy" && !argv.includes("--help") && (!own || argv[1] === command);
  return earlierCalls("gt", ({ argv }) => alike(argv)) < control.failTimes;
};

/** `gt convoy check` and `gt convoy close`, in the mode that the control file says. */
export const convoy = async (
  command: "check" | "close",
  words: readonly string[],
  args: Args,
  all: GtControl,
): Promise<void> => {
  const control = { ...all, ...all[command] };
  await sleep(control.delayMs ?? 0);
  if (failsNow(command, control)) {
    const { exitCode = 1, stderr = "Error: listing convoys: database is locked" } = control;
    end({ exitCode, stderr });
  }
  if (control.mode === "hangs") await hang(control);
  const town = findTown(process.cwd()) ?? fail(notInTown);
  const asHead = generationOf(control) !== "seed";
  if (command === "check") {
    if (asHead) await checkAsHead(town, words[0], args.flag("--dry-run"), control);
    else await checkAsSeed(town, control);
  } else {
    const id = words[0] ?? fail("Error: accepts 1 arg(s), received 0");
    if (asHead) await closeAsHead(town, id, args, control);
    else await closeAsSeed(town, id, args, control);
  }
  finish(0);
};
