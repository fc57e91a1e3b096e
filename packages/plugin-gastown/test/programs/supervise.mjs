// What the stand-in supervisors share: a log of calls, and babysitters by name.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const { HOME } = process.env;
mkdirSync(join(HOME, "sitters"), { recursive: true });
const pidFileOf = (name) => join(HOME, "sitters", `${name}.pid`);

export const log = (program) =>
  appendFileSync(join(HOME, "calls.log"), `${[program, ...process.argv.slice(2)].join(" ")}\n`);

export async function start(name, command, cwd, env) {
  const pidFile = pidFileOf(name);
  const plan = JSON.stringify({ command, cwd, env, pidFile });
  const sitter = fileURLToPath(new URL("babysit.mjs", import.meta.url));
  const runtime = "Deno" in globalThis ? ["run", "-A", "--quiet"] : [];
  spawn(process.execPath, [...runtime, sitter, plan], { detached: true, stdio: "ignore" }).unref();
  while (!existsSync(pidFile)) await sleep(10);
}

export async function stop(name) {
  const pidFile = pidFileOf(name);
  if (!existsSync(pidFile)) return false;
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGTERM");
  while (existsSync(pidFile)) await sleep(10);
  return true;
}

export function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
