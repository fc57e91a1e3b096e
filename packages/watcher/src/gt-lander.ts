import type { CommandResult, ConvoyLander, LandSignals, LandStep } from "@gastown/convoy-core";
import { type CommandOutcome, runCommand } from "@gastown/process";
import { fileIdentity } from "./find-tool.ts";
import { createGtProbe } from "./gt-knowledge.ts";
import type { Ledger } from "./ledger.ts";
import { outputNameOf } from "./unfinished.ts";

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
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Where each command is noted, and the directory for what gt says. Without it, a gt that outlives us dies between closing and telling. */
  readonly own?: { readonly ledger: Ledger; readonly dir: string } | undefined;
}

/** Lands convoys through `gt`, which closes them and tells the people waiting. */
export function createGtLander({ gt, town, env, now, own }: GtOptions): ConvoyLander {
  const identity = (): string => fileIdentity(gt);
  const command = (step: LandStep, convoy: string): string => ["gt", ...ARGUMENTS[step](convoy).map(quoted)].join(" ");
  const run = async (step: LandStep, convoy: string, { kill, leave }: LandSignals): Promise<CommandResult> => {
    const noted = own?.ledger.begin({ convoy, step, command: command(step, convoy), gt: identity() });
    const begunAt = now();
    const outcome = await runCommand(gt, ARGUMENTS[step](convoy), {
      cwd: town,
      env,
      signal: kill,
      leave,
      ...(noted !== undefined && { onStart: noted.started }),
      output: own && noted && { dir: own.dir, name: outputNameOf(noted.id) },
    });
    const result = toResult(outcome, gt, kill.aborted && kill.reason === "timeout" ? now() - begunAt : undefined);
    noted?.ended(result);
    return result;
  };
  return { command, run, identity, knows: createGtProbe({ gt, town, env, now, identity }) };
}

/** @param timedOut after how many milliseconds it was ended, if its time was over */
function toResult(outcome: CommandOutcome, gt: string, timedOut: number | undefined): CommandResult {
  const { exitCode, signal, failure, left, output } = outcome;
  if (left) return { ended: "left", output: join("gt was left to end by itself", output) };
  if (failure?.code === "ENOENT") return { ended: "not-found", output: `gt is not there any more: ${gt}` };
  if (failure !== undefined) return { ended: "failed", output: `gt could not be started: ${failure.message}` };
  if (timedOut !== undefined)
    return {
      ended: "timeout",
      output: join(`gt did not end within ${Math.round(timedOut / 1_000)} s and was stopped`, output),
    };
  if (signal !== undefined) return { ended: "signal", output: join(`gt was ended by ${signal}`, output) };
  return { ended: "exit", output, ...(exitCode !== undefined && { exitCode }) };
}

function join(what: string, output: string): string {
  return output === "" ? what : `${what}: ${output}`;
}

function quoted(argument: string): string {
  return argument.includes(" ") ? `"${argument}"` : argument;
}
