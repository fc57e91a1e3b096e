import type { CommandResult, ConvoyLander, GtKnowledge, LandSignals, LandStep } from "../../src/index.ts";

export type Act = (
  convoy: string,
  signal: AbortSignal,
) => CommandResult | undefined | Promise<CommandResult | undefined>;

/** A command that ended as commands do. */
export function exit(exitCode: number, output = ""): CommandResult {
  return { ended: "exit", exitCode, output };
}

function left(leave: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve) => {
    const settle = (): void => resolve({ ended: "left", output: "" });
    if (leave.aborted) settle();
    else leave.addEventListener("abort", settle, { once: true });
  });
}

/** A `gt` that does what a test tells it to. A step without a script exits 0 and does nothing. */
export class ScriptedLander implements ConvoyLander {
  readonly calls: string[] = [];
  readonly script: Partial<Record<LandStep, Act>>;
  running = 0;
  mostAtOnce = 0;
  version = "gt 1";
  knowledge: GtKnowledge = { checkTakesId: true, stamps: false };

  constructor(script: Partial<Record<LandStep, Act>> = {}) {
    this.script = script;
  }

  command(step: LandStep, convoy: string): string {
    return `${step} ${convoy}`;
  }

  async run(step: LandStep, convoy: string, signals: LandSignals): Promise<CommandResult> {
    this.calls.push(`${step} ${convoy}`);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      const work = Promise.resolve(this.script[step]?.(convoy, signals.kill));
      return await Promise.race([work.then((result) => result ?? exit(0)), left(signals.leave)]);
    } finally {
      this.running -= 1;
    }
  }

  identity(): string {
    return this.version;
  }

  async knows(): Promise<GtKnowledge> {
    return this.knowledge;
  }
}
