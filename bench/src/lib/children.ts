import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** Sees to it that the process ends with this one, however this one ends. */
export function endWithUs<C extends ChildProcess>(child: C): C {
  if (running.size === 0) listen();
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends a process, and waits for that. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(patience);
}

let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  process.once("exit", () => {
    for (const child of running) child.kill("SIGTERM");
  });
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
