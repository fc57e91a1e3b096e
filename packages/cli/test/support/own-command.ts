import { realpathSync } from "node:fs";
import { join } from "node:path";
import { CLI } from "./running-cli.ts";

/** Where what the command line may touch lies. */
export interface Reach {
  /** Holds the town, and whatever else it may read. */
  readonly root: string;
  readonly town: string;
  /** The directory of bd and gt. */
  readonly bin: string;
}

export const onDeno: boolean = "Deno" in globalThis;

/** What a test says of itself when it is left out on Deno. */
export const leftOutOnDeno = (why: string): string => (onDeno ? ` (left out on Deno: ${why})` : "");

/** The least that `watch` and `check` need on Deno, as docs/guides/deno.md has it. */
export function leastPermissions({ root, town, bin }: Reach): string[] {
  const programs = [join(bin, "bd"), join(bin, "gt"), "/bin/kill"];
  return [
    "--no-prompt",
    `--allow-read=${[root, realpathSync(join(CLI, "../.."))].join()}`,
    `--allow-write=${join(town, ".runtime")}`,
    "--allow-env",
    `--allow-run=${programs.join()}`,
  ];
}

/** What starts the command line: on Deno with the least that it needs. */
export function ownCommand(reach: Reach): [string, ...string[]] {
  if (!onDeno) return [process.execPath, CLI];
  return [process.execPath, "run", ...leastPermissions(reach), CLI];
}

/** Commands that read no database, and refuse a driver. */
const DRIVERLESS = new Set(["completion", "help", "log"]);

/** Arguments as they are; on Deno with the driver that needs no permission. */
export function withDriver(args: readonly string[]): readonly string[] {
  return onDeno && !DRIVERLESS.has(args[0] ?? "") ? ["--driver", "node-sqlite", ...args] : args;
}
