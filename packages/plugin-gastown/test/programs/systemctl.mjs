// A stand-in for `systemctl --user`: reads units as systemd does, and really keeps their processes running.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, log, start, stop } from "./supervise.mjs";

const { HOME, XDG_DATA_HOME = join(HOME, ".local/share") } = process.env;
const [user, command, ...rest] = process.argv.slice(2);
const unit = rest.at(-1);
const file = unit && join(XDG_DATA_HOME, "systemd/user", unit);
const link = unit && join(HOME, "wants", unit);
log("systemctl");
if (user !== "--user") fail("not for the system");
if (existsSync(join(HOME, "fail")) && readFileSync(join(HOME, "fail"), "utf8") === command)
  fail(`${command} failed, as told`);
if (["enable", "disable", "restart", "cat"].includes(command) && !existsSync(file)) fail(`Unit ${unit} not found.`);

/** Words of a command line: double quotes, backslashes in them, `%%` and `$$`. */
const words = (text) =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
    (quoted?.replace(/\\(.)/g, "$1") ?? bare).replaceAll("%%", "%").replaceAll("$$", "$"),
  );

if (command === "enable") {
  mkdirSync(join(HOME, "wants"), { recursive: true });
  writeFileSync(link, "");
} else if (command === "disable") {
  await stop(unit);
  rmSync(link, { force: true });
} else if (command === "restart") {
  await stop(unit);
  const keys = Object.fromEntries(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const environment = Object.fromEntries(
    words(keys.Environment).map((one) => [one.split("=")[0], one.slice(one.indexOf("=") + 1)]),
  );
  await start(unit, words(keys.ExecStart), keys.WorkingDirectory.replaceAll("%%", "%"), environment);
} else if (!["show-environment", "daemon-reload", "reset-failed", "cat"].includes(command))
  fail(`Unknown command verb ${command}.`);
