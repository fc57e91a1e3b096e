import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { manPage } from "../../man-page.ts";
import { createProgram, examplesOf } from "../../src/program.ts";

const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const program = createProgram(() => undefined);
const commands = program
  .createHelp()
  .visibleCommands(program)
  .filter((command) => command.name() !== "help");

/** Help as a terminal of 100 columns gets it. */
function helpOf(command: Command): string {
  let text = "";
  for (const one of [program, ...program.commands]) {
    one.configureOutput({ getOutHelpWidth: () => 100, writeOut: (part) => void (text += part) });
  }
  command.outputHelp();
  return text.trimEnd();
}

it("has three examples for each command", () => {
  for (const command of commands) {
    expect([command.name(), examplesOf(command).length]).toEqual([command.name(), 3]);
    for (const [line] of examplesOf(command)) expect(line).toContain(`convoy-cli ${command.name()}`);
  }
});

it("describes every command, every option and every argument", () => {
  for (const command of [program, ...commands]) {
    expect(command.description()).toMatch(/\.$/);
    for (const option of command.options)
      expect([option.flags, option.description.length > 0]).toEqual([option.flags, true]);
    for (const argument of command.registeredArguments)
      expect([argument.name(), argument.description.length > 0]).toEqual([argument.name(), true]);
  }
});

/** The reference holds every help text as it is; `vitest -u` brings it up to date. */
it("is the same in docs/cli.md", async () => {
  const [before = "", , after = ""] = readFileSync(`${docs}cli.md`, "utf8").split(
    /(<!-- help -->[\s\S]*<!-- \/help -->)/,
  );
  const sections = [program, ...commands].map((command) => {
    const name = command === program ? "convoy-cli" : `convoy-cli ${command.name()}`;
    return `### \`${name}\`\n\n\`\`\`\n${helpOf(command)}\n\`\`\``;
  });
  await expect(`${before}<!-- help -->\n\n${sections.join("\n\n")}\n\n<!-- /help -->${after}`).toMatchFileSnapshot(
    `${docs}cli.md`,
  );
});

it("is the source of the man page", () => {
  const page = readFileSync(new URL("../../dist/convoy-cli.1", import.meta.url), "utf8");
  expect(page).toBe(manPage(program));
  for (const command of commands) expect(page).toContain(`.SS ${command.name()}`);
  expect(
    page.split("\n").filter((line) => /^['.](?!ad l$|nh$|TH |SH |SS |TP$|B |PP$|nf$|fi$|RS 4$|RE$|br$)/.test(line)),
  ).toEqual([]);
});

const noGroff = spawnSync("groff", ["--version"]).status === 0 ? undefined : "there is no groff on this machine";

it.skipIf(noGroff !== undefined)(
  `gives a man page without a fault${noGroff === undefined ? "" : ` (left out: ${noGroff})`}`,
  () => {
    const { stdout, stderr, status } = spawnSync("groff", ["-man", "-Tascii", "-ww", "-rLL=100n"], {
      input: manPage(program),
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    // eslint-disable-next-line no-control-regex
    const text = stdout.replace(/\u001B\[[\d;]*m|.\u0008/g, "");
    expect(text).toContain("--waiting-on <rig>");
    expect(text).toContain("convoy-cli watch --json | jq -r 'select(.event == \"landed\").title'");
  },
);
