// A stand-in for `launchctl`: reads agents with a parser of property lists, and really keeps their processes running.
import { readFileSync } from "node:fs";
import { parse } from "plist";
import { fail, log, start, stop } from "./supervise.mjs";

const [command, target, file] = process.argv.slice(2);
log("launchctl");
if (command === "bootstrap") {
  const agent = parse(readFileSync(file, "utf8"));
  if (!agent.KeepAlive || !agent.RunAtLoad) fail("it would not be started");
  await start(agent.Label, agent.ProgramArguments, agent.WorkingDirectory, agent.EnvironmentVariables);
} else if (command === "bootout") {
  if (!(await stop(target.split("/")[2]))) fail("Boot-out failed: 3: No such process", 3);
} else if (command !== "print") fail(`Unrecognized subcommand: ${command}`);
