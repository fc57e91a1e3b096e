import { readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { packages } from "../src/workspace.ts";
import { nodeAt, NODES } from "./support/environment.ts";
import { stage } from "./support/stage.ts";

const project = inject("installed");

/** Every entry of every library, and what it exports at run time. */
async function entries(): Promise<Readonly<Record<string, readonly string[]>>> {
  const names = packages().flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((entry) => entry !== "./package.json")
      .map((entry) => manifest.name + entry.slice(1)),
  );
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, Object.keys(await import(name)).toSorted()] as const)),
  );
}

test("needs no script at installation", () => {
  const { packages: installed } = JSON.parse(
    readFileSync(join(project, "node_modules/.package-lock.json"), "utf8"),
  ) as {
    packages: Record<string, { hasInstallScript?: boolean; inBundle?: boolean }>;
  };
  expect(Object.keys(installed)).toContain("node_modules/better-sqlite3");
  expect(Object.entries(installed).filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
});

describe.each(NODES)("on Node %s, the packed packages", (version) => {
  let node: string;
  let missing: unknown;

  beforeAll(async () => {
    try {
      node = await nodeAt(version);
    } catch (error) {
      missing = error;
      console.warn(`left out: Node ${version} could not be fetched: ${String(error)}`);
    }
  }, 150_000);

  test("land a convoy by npx convoy-cli watch", async (context) => {
    if (missing !== undefined) context.skip(`Node ${version} could not be fetched`);
    const { start, town } = stage(node);
    const issue = town.createIssue({ rig: "alpha" });
    const convoy = town.createConvoy({ title: "Ship it", tracks: [issue] });

    expect((await start(project, "npx", ["-c", "node --version"]).ended).stdout).toBe(`v${version}\n`);
    const watch = start(project, "npx", ["convoy-cli", "watch", "--json", "--town", town.dir]);
    const seen = (event: string) => waitFor(event, () => watch.stdout().includes(`"event":"${event}"`), watch.stderr);
    await seen("watching");
    town.close(issue);
    await seen("landed");
    expect(town.status(convoy)).toBe("closed");
    watch.signal("SIGTERM");
    expect((await watch.ended).stdout).toMatch(/"event":"stopped".*\n$/);
  });

  test("list themselves by npx gastown plugins list", async (context) => {
    if (missing !== undefined) context.skip(`Node ${version} could not be fetched`);
    const { start, town } = stage(node);
    const list = await start(project, "npx", ["gastown", "plugins", "list", "--town", town.dir]).ended;
    expect(list).toMatchObject({ code: 0, stderr: "" });
    expect(list.stdout).toContain("convoy-watcher");
  });

  test("export at run time what their sources do", async (context) => {
    if (missing !== undefined) context.skip(`Node ${version} could not be fetched`);
    const expected = await entries();
    expect(Object.keys(expected)).toContain("@gastown/convoy-core");
    const program = `
      const names = ${JSON.stringify(Object.keys(expected))};
      const all = await Promise.all(names.map(async (name) => [name, Object.keys(await import(name)).toSorted()]));
      console.log(JSON.stringify(Object.fromEntries(all)));`;
    const run = await stage(node).start(project, "node", ["--input-type=module", "--eval", program]).ended;
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual(expected);
  });
});
