import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { milliseconds } from "./clock.ts";
import { ended, endWithUs } from "./processes.ts";

/** When something was committed, in milliseconds: since the epoch, and by the monotonic clock that all processes share. */
export interface Committed {
  readonly epoch: number;
  readonly monotonic: number;
}

/** Another process that closes issues. */
export interface Writer extends AsyncDisposable {
  close(file: string, id: string): Promise<Committed>;
}

export function startWriter(): Writer {
  const program = fileURLToPath(new URL("../programs/writer.ts", import.meta.url));
  const child = endWithUs(spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] }));
  const waiting: ((committed: Committed) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [epoch = "0", steady = "0"] = line.split(" ");
    waiting.shift()?.({ epoch: milliseconds(epoch), monotonic: milliseconds(steady) });
  });
  return {
    close: (file, id) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify({ file, id })}\n`);
      }),
    [Symbol.asyncDispose]: () => ended(child),
  };
}
