import { execFile } from "node:child_process";
import { globSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildDemoTown } from "@gastown/demo";
import { installStandIns, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createProgram } from "../src/program.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** The program in a README, and what it says that this prints. */
function programOf(readme: string): { readonly program: string; readonly prints: string } {
  const text = readFileSync(join(repository, readme), "utf8");
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(text)?.[1] ?? "";
  return { program: block("ts"), prints: block("text") };
}

test.each([
  "docs/guides/packages.md",
  "packages/core/README.md",
  "packages/town-files/README.md",
  "packages/sqlite-resolver/README.md",
  "packages/dolt-resolver/README.md",
  "packages/bd-source/README.md",
  "packages/process/README.md",
  "packages/watcher/README.md",
])("the program in %s runs, and prints what is said there", async (readme) => {
  const { program, prints } = programOf(readme);
  const dir = tempDir(onTestFinished).path;
  const town = buildDemoTown(join(dir, "town"));
  for (const convoy of ["hq-cv-login", "hq-cv-rmapi"]) town.close(convoy);
  town.close("docs-t5c");
  town.close("web-d9f", { feed: true });
  const { bd, gt } = installStandIns(join(dir, "bin"));
  symlinkSync(join(repository, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, "program.ts"), program);
  writeFileSync(join(dir, "package.json"), `{ "type": "module" }`);

  const run = await promisify(execFile)(process.execPath, ["program.ts", town.dir, bd, gt], { cwd: dir });
  expect(run.stdout).toBe(prints);
  expect(prints).not.toBe("");
});

test("CONTRIBUTING names every script, those of npm and those in scripts/", () => {
  const text = readFileSync(join(repository, "CONTRIBUTING.md"), "utf8");
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { scripts: object };
  const commands = Object.keys(scripts).map((name) => (name === "test" ? "`npm test`" : `\`npm run ${name}\``));
  const files = readdirSync(join(repository, "scripts")).map((file) => `\`${file}\``);
  expect(commands.length * files.length).toBeGreaterThan(100);
  expect([...commands, ...files].filter((name) => !text.includes(name))).toEqual([]);
});

test("the index of the documentation has every page, those of decisions apart", () => {
  const index = readFileSync(join(repository, "docs/README.md"), "utf8");
  const pages = globSync("docs/**/*.md", { cwd: repository }).map((page) => relative("docs", page));
  expect(pages.length).toBeGreaterThan(10);
  const missing = pages.filter((page) => !page.startsWith("decisions") && !index.includes(`](${page}`));
  expect(missing).toEqual(["README.md"]);
});

/** First cells of the rows of the README's tables, when they are code. */
const rows = [...readFileSync(join(repository, "README.md"), "utf8").matchAll(/^\| `([a-z]+)/gm)].map(
  ([, name]) => name,
);

test("the README has a row for every command but those that only scripts call", () => {
  expect(rows).toEqual(
    expect.arrayContaining(
      createProgram(() => {})
        .commands.map((command) => command.name())
        .filter((name) => !name.startsWith("__")),
    ),
  );
});

test("the README has a row for every record", () => {
  const schema = JSON.parse(readFileSync(join(repository, "docs/schema/watch-record.schema.json"), "utf8"));
  const events = schema.oneOf.map(({ title }: { title: string }) => title);
  expect(events).toContain("landed");
  expect(rows).toEqual(expect.arrayContaining(events));
});
