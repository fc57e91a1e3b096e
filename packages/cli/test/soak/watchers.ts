import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../support/open-stage.ts";
import { kill, openFiles, residentMemory } from "../support/processes.ts";
import type { RunningCli } from "../support/running-cli.ts";

/** One watcher after the other. */
export interface Watchers {
  /** Ends the present one, by kill -9 or by a signal, and starts the next. */
  replace(random: () => number): Promise<void>;
  /** Ends the last one as a service manager would. */
  end(): Promise<void>;
  /** Waits until the present one watches: one that still starts holds next to nothing, which is no measure for later. */
  watching(): Promise<void>;
  /** What the present one holds: open files, and memory in MiB. */
  measure(): { readonly files: number; readonly memory: number } | undefined;
  readonly lives: number;
  /** Ends and messages that nobody asked for. */
  readonly faults: readonly string[];
}

export function startWatchers(stage: Stage, args: readonly string[], env: NodeJS.ProcessEnv): Watchers {
  const faults: string[] = [];
  let lives = 0;
  let asked = false;
  let cli = start();

  function start(): RunningCli {
    lives += 1;
    asked = false;
    const started = stage.start(["watch", "--json", ...args], { env });
    void started.ended.then(({ code, signal, stderr }) => {
      if (!asked) faults.push(`a watcher ended by itself, with ${signal ?? code}: ${stderr}`);
      if (/Error:/.test(stderr)) faults.push(`a watcher said: ${stderr}`);
    });
    return started;
  }

  return {
    async replace(random) {
      asked = true;
      if (random() < 0.6) kill(cli.pid);
      else {
        const { code, signal } = await cli.stop();
        // Before its first word it has taken up nothing yet, the signal not even.
        if (code !== 0 && cli.records().length > 0)
          faults.push(`a watcher that was stopped by SIGTERM ended with ${signal ?? code}`);
      }
      await cli.ended;
      await sleep(random() * 300);
      cli = start();
      if (random() < 0.5) await cli.record("watching");
    },
    async end() {
      asked = true;
      const { code } = await cli.stop();
      if (code !== 0) faults.push(`the last watcher ended with ${code}`);
    },
    watching: async () => void (await cli.record("watching")),
    measure() {
      const [files, memory] = [openFiles(cli.pid), residentMemory(cli.pid)];
      return files === undefined || memory === undefined ? undefined : { files, memory };
    },
    get lives() {
      return lives;
    },
    faults,
  };
}
