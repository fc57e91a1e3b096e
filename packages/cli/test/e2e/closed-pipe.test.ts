import { expect, test } from "vitest";
import { everyState, ID } from "../support/towns.ts";

const inShell = (command: readonly string[]): string => command.map((word) => `"${word}"`).join(" ");

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
  const { town, env, start, ...stage } = everyState();
  const line = `${inShell(stage.command)} ${command} | true`;
  const { stdout, stderr } = await start([], { command: ["/bin/sh", "-c", line], cwd: town.dir, env }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
});

test.each([
  ["nobody reads the answer", "doctor", "", 3],
  ["nobody reads the message", "lst", "2>&1", 2],
])("the exit status is the same when %s", async (_, command, redirection, status) => {
  const { town, env, start, ...stage } = everyState();
  const line = `{ { ${inShell(stage.command)} ${command} ${redirection}; echo $? >&3; } | true; } 3>&1`;
  const { stdout, stderr } = await start([], { command: ["/bin/sh", "-c", line], cwd: town.dir, env }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: `${status}\n`, stderr: "" });
});
