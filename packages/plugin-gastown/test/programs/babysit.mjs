// Keeps a process running, as a supervisor does, until it is told to stop. Argument: {command, cwd, env, pidFile}.
import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

const { command, cwd, env, pidFile } = JSON.parse(process.argv[2]);
let stopping = false;
let child;
const start = () => {
  child = spawn(command[0], command.slice(1), { cwd, env, stdio: "ignore" });
  child.once("exit", () => {
    if (stopping) {
      rmSync(pidFile, { force: true });
      process.exit(0);
    }
    setTimeout(start, 50);
  });
};
process.on("SIGTERM", () => {
  stopping = true;
  child.kill("SIGTERM");
});
writeFileSync(pidFile, String(process.pid));
// Lives no longer than the test's directory.
setInterval(() => existsSync(pidFile) || (child.kill("SIGKILL"), process.exit(1)), 500);
start();
