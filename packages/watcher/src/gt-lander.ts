import type { CommandResult, ConvoyLander, GtKnowledge, LandSignals, LandStep } from "@gastown/convoy-core";
import { type CommandOutcome, runCommand } from "@gastown/process";
import { GT_STAMPS_SINCE, isAtLeast } from "@gastown/town-files";
import type { Ledger } from "./ledger.ts";
import { outputNameOf } from "./left-behind.ts";
import { fileIdentity, toolVersion } from "./tools.ts";

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

/** Longest time gt may take to say its help, in milliseconds. */
const PATIENCE = 10_000;
/** How long what could not be found out is left at that, in milliseconds. */
const ASK_AGAIN_AFTER = 300_000;

/** What may be taken for granted of a gt that says nothing of itself: `check` is right for each of them, if slow. */
const UNKNOWN: GtKnowledge = { checkTakesId: true, stamps: false };

export interface GtProbeOptions extends Omit<GtOptions, "own"> {
  readonly identity: () => string;
}

/** Finds out what a gt can do, once for each identity; what it could not find out it asks again, after a while. */
export function createGtProbe(options: GtProbeOptions): () => Promise<GtKnowledge> {
  let known: { readonly identity: string; readonly until: number; readonly answer: Promise<GtKnowledge> } | undefined;
  return () => {
    const identity = options.identity();
    if (known?.identity === identity && options.now() < known.until) return known.answer;
    const asked = probe(options);
    const answer = asked.then((found) => found ?? UNKNOWN);
    known = { identity, until: Number.POSITIVE_INFINITY, answer };
    void asked.then((found) => {
      if (found === undefined && known?.answer === answer)
        known = { identity, until: options.now() + ASK_AGAIN_AFTER, answer };
    });
    return answer;
  };
}

/** Undefined when gt does not say. Never rejects. */
async function probe({ gt, town, env }: GtProbeOptions): Promise<GtKnowledge | undefined> {
  const { signal } = new AbortController();
  const options = { cwd: town, env, timeout: PATIENCE, signal, grace: 500 };
  const [{ exitCode, output }, version] = await Promise.all([
    runCommand(gt, ["convoy", "check", "--help"], options),
    toolVersion(gt, town, env),
  ]);
  if (exitCode !== 0 || !/\bgt convoy check\b/.test(output)) return undefined;
  const checkTakesId = /^\s*gt convoy check .*\[convoy-id\]/m.test(output);
  return { checkTakesId, stamps: version.kind === "known" && isAtLeast(version.numbers, GT_STAMPS_SINCE) };
}
