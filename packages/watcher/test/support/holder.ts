import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { DriverName } from "../../src/index.ts";

/** Another process with the lock of a town. */
export interface HolderProcess {
  readonly pid: number;
  kill(): Promise<void>;
  release(): Promise<void>;
}

export async function startHolder(town: string, driver: DriverName): Promise<HolderProcess> {
  const program = fileURLToPath(new URL("./programs/holder.ts", import.meta.url));
  const child = spawn(process.execPath, [program, town, driver], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const said = async (word: string): Promise<void> => {
    const { value } = await lines.next();
    if (value !== word) throw new Error(`the holder said ${value}, not ${word}`);
  };
  await said("held");
  return {
    pid: child.pid ?? 0,
    kill,
    async release() {
      child.stdin.end();
      await said("released");
    },
  };
}
