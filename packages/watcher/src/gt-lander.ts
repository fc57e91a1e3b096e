import { type CommandResult, type ConvoyLander, type LandStep, messageOf } from "@gastown/convoy-core";
import { type CommandOutcome, runCommand } from "@gastown/process";
import { fileIdentity } from "./find-tool.ts";

/** Longest time a landing command may take, in milliseconds. */
export const COMMAND_TIMEOUT = 60_000;
const REASON = "All tracked issues completed";

const ARGUMENTS: Readonly<Record<LandStep, (convoy: string) => readonly string[]>> = {
  check: (convoy) => ["convoy", "check", convoy],
  close: (convoy) => ["convoy", "close", convoy, "--reason", REASON],
  force: (convoy) => ["convoy", "close", convoy, "--force", "--reason", REASON],
};

export interface GtOptions {
  /** Absolute path of gt. */
  readonly gt: string;
  readonly town: string;
  readonly env: NodeJS.ProcessEnv;
  /** Directory for what gt says. Without it, a gt that outlives us dies between closing a convoy and telling people. */
  readonly outputDir?: string;
  /** Milliseconds until a command is ended; `COMMAND_TIMEOUT` by default. */
  readonly timeout?: number;
}

/** Lands convoys through `gt`, which closes them and tells the people waiting. */
export function createGtLander({ gt, town, env, outputDir, timeout = COMMAND_TIMEOUT }: GtOptions): ConvoyLander {
  let runs = 0;
  return {
    command: (step, convoy) => ["gt", ...ARGUMENTS[step](convoy).map(quoted)].join(" "),
    run: async (step, convoy, { kill }) =>
      toResult(
        await runCommand(gt, ARGUMENTS[step](convoy), {
          cwd: town,
          env,
          timeout,
          signal: kill,
          output:
            outputDir === undefined ? undefined : { dir: outputDir, name: `output.${process.pid}.${(runs += 1)}` },
        }),
        gt,
        timeout,
      ),
    identity() {
      try {
        return fileIdentity(gt);
      } catch (error) {
        return `unreadable: ${messageOf(error)}`;
      }
    },
    knows: async () => ({ checkTakesId: true, stamps: false }),
  };
}

function toResult(
  { exitCode, signal, failure, timedOut, output }: CommandOutcome,
  gt: string,
  timeout: number,
): CommandResult {
  if (timedOut)
    return {
      ended: "timeout",
      output: join(`gt did not end within ${timeout / 1000} s and was stopped`, output),
    };
  if (failure?.code === "ENOENT") return { ended: "not-found", output: `gt is not there any more: ${gt}` };
  if (failure !== undefined) return { ended: "failed", output: `gt could not be started: ${failure.message}` };
  if (signal !== undefined) return { ended: "signal", output: join(`gt was ended by ${signal}`, output) };
  return { ended: "exit", output, ...(exitCode !== undefined && { exitCode }) };
}

function join(what: string, output: string): string {
  return output === "" ? what : `${what}: ${output}`;
}

function quoted(argument: string): string {
  return argument.includes(" ") ? `"${argument}"` : argument;
}
