// Starts a process that leads a group, asks whether it is there, ends it, and asks again.
import { spawn } from "node:child_process";
import { isDenied, sendSignal } from "../../../src/find-process.ts";

const child = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
const pid = child.pid ?? 0;
const ended = new Promise((resolve) => void child.once("exit", (_code, signal) => resolve(signal)));

function there(): string {
  try {
    sendSignal(-pid, 0);
    return "yes";
  } catch (error) {
    return isDenied(error) ? "denied" : String((error as { code?: unknown }).code);
  }
}

console.log(`there: ${there()}`);
if (there() === "yes") {
  sendSignal(-pid, "SIGKILL");
  console.log(`ended by ${await ended}`);
  console.log(`there: ${there()}`);
} else child.kill("SIGKILL");
