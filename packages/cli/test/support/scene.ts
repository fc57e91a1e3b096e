import { join } from "node:path";
import { buildTown, type Town, type TownOptions } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { openStage, type Stage } from "./open-stage.ts";
import type { RunningCli } from "./running-cli.ts";

export type { Stage } from "./open-stage.ts";

/** Two rigs: alpha (`al-`) and beta (`be-`). */
export const TWO_RIGS: TownOptions = { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } };

/** A stage with a town on it. */
export interface Scene extends Stage {
  readonly town: Town;
  /** `watch --json` with these arguments, once it says `watching`. */
  watch(...args: readonly string[]): Promise<RunningCli>;
}

/** A stage that goes away with the test. */
export function stage(cwd = "."): Stage {
  const opened = openStage(cwd);
  onTestFinished(opened.close);
  return opened;
}

/** A town, and whether the daemons of bd run in it, as they do by default. */
export interface SceneOptions extends TownOptions {
  readonly daemons?: boolean;
}

/** A town with stand-ins that are quick to tell, and command lines that are started in its root. */
export function scene({ daemons = true, ...options }: SceneOptions = TWO_RIGS): Scene {
  const base = stage("town");
  const town = buildTown(join(base.root, "town"), options);
  if (daemons) town.startDaemons();
  base.control.set({ bd: { intervalMs: 50 } });
  return {
    ...base,
    town,
    async watch(...args) {
      const cli = base.start(["watch", "--json", ...args]);
      await cli.record("watching");
      return cli;
    },
  };
}
