import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Scene, scene } from "../support/scene.ts";

/** A city: `city.toml`, and a rig outside of it that keeps its own convoys. */
function city(): Scene {
  const here = scene({ rigs: {} });
  const { dir } = here.town;
  rmSync(join(dir, "mayor"), { recursive: true, force: true });
  writeFileSync(join(dir, "city.toml"), '[[rigs]]\nname = "alpha"\nprefix = "al"\n');
  writeFileSync(join(dir, ".beads/routes.jsonl"), '{"prefix":"al","path":"../alpha"}\n');
  return here;
}

const run = async (here: Scene, ...args: string[]) => {
  const cli = here.start([...args, "--town", here.town.dir]);
  return cli.ended;
};

describe("a Gas City", () => {
  it.each([["list"], ["check", "--dry-run"], ["check"]])(
    "%s %s says which rig's store was left out, and why, and does not end with 0",
    async (...args) => {
      const here = city();
      const { code, stdout, stderr } = await run(here, ...args.filter(Boolean));
      expect(stdout + stderr).toMatch(/al \(\.\.\/alpha\).*its path leads out of the town/);
      expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(
        `this is a Gas City: \`convoy-cli list --town ${join(here.town.dir, "../alpha")}\` reads that rig's own convoys`,
      );
      expect(code).toBe(3);
    },
  );

  it("list --json names it", async () => {
    const here = city();
    const { code, stdout } = await run(here, "list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      convoys: [],
      leftOut: [{ prefix: "al", path: "../alpha", why: "its path leads out of the town" }],
    });
    expect(code).toBe(3);
  });

  it("doctor names the city and the rig that is left out", async () => {
    const here = city();
    const { code, stdout } = await run(here, "doctor", "--json");
    const { checks } = JSON.parse(stdout) as { checks: { name: string; level: string; fact: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: "root", fact: expect.stringContaining("Gas City") }));
    expect(checks).toContainEqual(expect.objectContaining({ name: "al", level: "wrong" }));
    expect(code).toBe(3);
  });

  it("doctor asks for neither gt nor a watcher, and names gc's command for what is complete", async () => {
    const here = city();
    here.town.createIssue({ id: "hq-a", status: "closed" });
    const convoy = here.town.createConvoy({ tracks: ["hq-a"] });
    const { stdout } = await run(here, "doctor", "--json");
    const { checks } = JSON.parse(stdout) as { checks: { name: string; group: string; hint?: string }[] };
    expect(checks.map(({ group }) => group)).not.toEqual(expect.arrayContaining(["tools"]));
    expect(checks.map(({ group }) => group)).not.toEqual(expect.arrayContaining(["watcher"]));
    expect(checks).toContainEqual(
      expect.objectContaining({ name: convoy, level: "wrong", hint: "`gc convoy check` closes it" }),
    );
  });

  it("without --town the fault names the city and the command that helps", async () => {
    const here = city();
    const cli = here.start(["list"]);
    expect((await cli.ended).code).toBe(1);
    expect(cli.stderr()).toContain("is a Gas City (city.toml), whose convoys gc closes");
    expect(cli.stderr()).toContain("convoy-cli list --town RIG");
  });

  it("a rig named by itself is whole: its routes to the city leave nothing out", async () => {
    const here = city();
    rmSync(join(here.town.dir, "city.toml"));
    writeFileSync(join(here.town.dir, ".beads/config.yaml"), "gc.endpoint_origin: inherited_city\n");
    const { code, stderr } = await run(here, "list");
    expect(stderr).not.toContain("left out");
    expect(code).toBe(0);
  });

  it("leaves a convoy with the label `owned` to its owner", async () => {
    const here = scene();
    here.town.createConvoy({
      id: "hq-cv-mine",
      labels: ["owned"],
      tracks: [here.town.createIssue({ status: "closed" })],
    });
    const { code, stdout } = await run(here, "list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ convoys: [{ convoy: "hq-cv-mine", verdict: "owned" }] });
    expect(code).toBe(0);
    await run(here, "check");
    expect(here.town.status("hq-cv-mine")).toBe("open");
  });
});

it("check --dry-run in a town whose rig cannot be read says so, and does not end with 0", async () => {
  const here = scene();
  rmSync(here.town.db("alpha"));
  mkdirSync(here.town.db("alpha"));
  const { code, stderr } = await run(here, "check", "--dry-run");
  expect(stderr).toMatch(/^not read: alpha: /m);
  expect(code).toBe(3);
});
