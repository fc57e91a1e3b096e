import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GtControl } from "../../control.ts";
import { fail, finish, stayAlive } from "../lib/stand-in.ts";
import { checkAsSeed } from "./check.ts";
import { findTown } from "./town.ts";

/** `gt daemon run`: a rival that lives, and checks convoys when it is told to. */
export const daemon = async (control: GtControl): Promise<void> => {
  const town = findTown(process.cwd()) ?? fail("Error: not in a Gas Town workspace");
  const pidFile = join(town.root, "daemon/daemon.pid");
  const stop = (): void => {
    rmSync(pidFile, { force: true });
    finish(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  mkdirSync(join(town.root, "daemon"), { recursive: true });
  writeFileSync(pidFile, String(process.pid));
  if (control.daemonCheckMs === undefined) await stayAlive();
  for (;;) {
    await sleep(control.daemonCheckMs ?? 0);
    await checkAsSeed(town, control);
  }
};
