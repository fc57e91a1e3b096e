import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { stage } from "../support/scene.ts";
import { everyState } from "../support/towns.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const documentation = readFileSync(join(root, "docs/errors.md"), "utf8");
const documented = [...documentation.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code]) => code ?? "");
const packages = ["demo", ...readdirSync(join(root, "packages")).map((name) => join("packages", name))];
const sources = packages.flatMap((dir) => sourcesOf(join(root, dir, "src")));

/** Codes of errors by the classes that have one. */
function thrownByClass(): string[] {
  return sources
    .filter(({ text }) => text.includes("extends WatcherError"))
    .flatMap(({ text }) => [...text.matchAll(/\bsuper\(\s*["'`]([a-z-]+)["'`]/g)])
    .map(([, code]) => code ?? "");
}

/** Faults of databases that a resolver tells of. */
function thrownByResolvers(): string[] {
  const core = sources.find(({ file }) => file.endsWith("core/src/errors.ts"))?.text ?? "";
  const faults = [...(/type DatabaseFault =([^;]+);/.exec(core)?.[1]?.matchAll(/"([a-z]+)"/g) ?? [])].map(
    ([, fault]) => fault ?? "",
  );
  const resolvers = sources.filter(({ file }) => /-resolver\/src\//.test(file));
  expect(faults.length).toBeGreaterThan(5);
  return faults
    .filter((fault) => resolvers.some(({ text }) => text.includes(`"${fault}"`)))
    .map((fault) => `database-${fault}`);
}

it("documents every error that is thrown, and throws every error that is documented", () => {
  const thrown = [...new Set([...thrownByClass(), ...thrownByResolvers()])].sort();
  expect([...documented].sort()).toEqual(thrown);
});

it("gives a cause and a cure for each", () => {
  const entries = documentation.split(/^### /m).filter((entry) => entry.startsWith("`"));
  expect(entries.filter((entry) => !/\*\*Cause\.\*\*/.test(entry) || !/\*\*Cure\.\*\*/.test(entry))).toEqual([]);
  expect(entries.length).toBe(documented.length);
});

it("names the code with -v, so that it can be looked up", async () => {
  const { stderr } = await stage().run(["list", "-v"]);
  expect(stderr.split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(/^Error: no Gas Town here/),
    expect.stringMatching(/^Hint: run this inside a town/),
    'Code: town-not-found; "convoy-cli help errors" explains it',
  ]);
});

it.each([
  [["status", "hq-cv-nope"], "convoy-not-found"],
  [["status", "al-9uj"], "not-a-convoy"],
  [["why", "nope"], "issue-not-found"],
  [["list", "--waiting-on", "nope"], "rig-not-found"],
  [["watch", "--gt", "/nowhere/gt"], "tool-not-found"],
  [["list", "--town", "/nowhere"], "town-not-found"],
])("fails %j with %s, in two lines", async (args, code) => {
  const made = everyState();
  const { code: status, stdout, stderr } = await made.run(args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^Error: .+\nHint: .+\n$/);
  expect((await made.run([...args, "-v"])).stderr).toContain(`Code: ${code};`);
});

function sourcesOf(dir: string): { readonly file: string; readonly text: string }[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file: join(dir, file), text: readFileSync(join(dir, file), "utf8") }));
}
