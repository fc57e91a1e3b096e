import { expect, test } from "vitest";
import { CLI } from "../support/running-cli.ts";
import { everyState, ID } from "../support/towns.ts";

test.each([
  "list",
  "list --json",
  "status",
  `why ${ID.three}`,
  "doctor",
  "check --dry-run",
  "completion bash",
  "--help",
])("%s ends quietly when nobody reads what it prints", async (command) => {
  const { town, env, start } = everyState();
  const line = `"${process.execPath}" "${CLI}" ${command} | true`;
  const { stdout, stderr } = await start([], { command: ["/bin/sh", "-c", line], cwd: town.dir, env }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
});

test.each([
  ["nobody reads the answer", "doctor", "", 3],
  ["nobody reads the message", "lst", "2>&1", 2],
])("the exit status is the same when %s", async (_, command, redirection, status) => {
  const { town, env, start } = everyState();
  const line = `{ { "${process.execPath}" "${CLI}" ${command} ${redirection}; echo $? >&3; } | true; } 3>&1`;
  const { stdout, stderr } = await start([], { command: ["/bin/sh", "-c", line], cwd: town.dir, env }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: `${status}\n`, stderr: "" });
});
