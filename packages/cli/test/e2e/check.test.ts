import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { scene } from "../support/scene.ts";

function open(count: number): ReturnType<typeof scene> & { convoys: string[]; issues: string[] } {
  const made = scene();
  const issues = Array.from({ length: count }, () => made.town.createIssue({ rig: "alpha" }));
  return { ...made, issues, convoys: issues.map((issue) => made.town.createConvoy({ tracks: [issue] })) };
}

test("lands what is complete, tells what is not, and exits 0", async () => {
  const { town, run, convoys, issues } = open(2);
  town.close(issues[0] ?? "");
  const { code, stdout, stderr } = await run(["check"]);
  expect(stdout).toContain(`closing ${convoys[0]}: gt convoy close ${convoys[0]} `);
  expect(stdout).toContain(`✓ ${convoys[0]} "A convoy" landed, `);
  expect(stdout).toContain(`${convoys[1]} "A convoy" waits on 1 of 1: ${issues[1]} is not closed (alpha, open)`);
  expect(stdout.split("\n").slice(-2)).toEqual(["2 convoys: 1 landed, 1 waiting", ""]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(convoys.map((id) => town.status(id))).toEqual(["closed", "open"]);
});

test("with ids, looks at those alone", async () => {
  const { town, run, control, convoys, issues } = open(3);
  control.set({ gt: { mode: "head" } });
  for (const issue of issues) town.close(issue);
  const { code, stdout } = await run(["check", "--json", convoys[1] ?? ""]);
  expect(code).toBe(0);
  expect(convoys.map((id) => town.status(id))).toEqual(["open", "closed", "open"]);
  expect(stdout).not.toContain(convoys[0]);
});

test("--dry-run exits 3 while a complete convoy is open, and 0 when none is", async () => {
  const { town, run, control, convoys, issues } = open(1);
  expect((await run(["check", "--dry-run"])).code).toBe(0);
  town.close(issues[0] ?? "");
  const { code, stdout } = await run(["check", "--dry-run"]);
  expect(code).toBe(3);
  expect(stdout).toContain(`${convoys[0]} "A convoy" is complete: its one tracked issue closed`);
  expect(landings(control)).toEqual([]);
  expect(town.status(convoys[0] ?? "")).toBe("open");
});

test("an id that is no convoy is a fault", async () => {
  const { run } = open(1);
  const { code, stderr } = await run(["check", "hq-cv-nope"]);
  expect(code).toBe(1);
  expect(stderr).toBe(
    "Error: the town has no convoy hq-cv-nope\nHint: `convoy-cli list --all` shows those it has; `convoy-cli why ID` takes issues, too\n",
  );
});

test("a convoy that gt cannot close is told, with what gt said, and the exit status is 1", async () => {
  const { town, run, control, convoys, issues } = open(1);
  control.set({ gt: { mode: "fails", stderr: "Error: listing convoys: database is locked" } });
  town.close(issues[0] ?? "");
  const { code, stdout } = await run(["check"]);
  expect(code).toBe(1);
  expect(stdout).toContain(
    `✗ ${convoys[0]} "A convoy" is stuck after 3 attempts; gt said:\n    Error: listing convoys: database is locked`,
  );
});

test("a convoy that is closed already is no work", async () => {
  const { town, run, control, convoys, issues } = open(1);
  town.close(issues[0] ?? "");
  town.close(convoys[0] ?? "");
  expect((await run(["check", convoys[0] ?? ""])).code).toBe(0);
  expect(landings(control)).toEqual([]);
});
