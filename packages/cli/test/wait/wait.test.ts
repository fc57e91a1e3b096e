import { appendFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scene, type Scene } from "../support/scene.ts";
import { expectShape } from "../support/schemas.ts";

function town(): Scene {
  const made = scene();
  for (const at of [1, 2]) {
    made.town.createIssue({ id: `al-${at}` });
    made.town.createConvoy({ id: `hq-cv-${at}`, title: `Number ${at}`, tracks: [`al-${at}`] });
  }
  return made;
}

it("waits beside a watcher until a convoy has landed", async () => {
  const made = town();
  const watcher = await made.watch();
  const waiting = made.start(["wait", "hq-cv-1"]);
  await waiting.said('hq-cv-1 "Number 1": waits on al-1');
  made.town.close("al-1");
  const { code, stdout, stderr } = await waiting.ended;
  expect({ code, stderr, last: stdout.split("\n").at(-2) }).toEqual({
    code: 0,
    stderr: "",
    last: '✓ hq-cv-1 "Number 1" has landed',
  });
  expect((await watcher.stop()).code).toBe(0);
});

it("needs no watcher, takes no lock and writes nothing, and says the same for a program", async () => {
  const made = town();
  const waiting = made.start(["wait", "hq-cv-1", "hq-cv-2", "--json"]);
  for (const at of [1, 2]) {
    made.town.close(`al-${at}`);
    made.town.close(`hq-cv-${at}`);
  }
  const { code } = await waiting.ended;
  expect(code).toBe(0);
  for (const record of waiting.records()) expectShape("wait", record);
  expect(waiting.records().map(({ event, convoy }) => [event, convoy])).toEqual(
    expect.arrayContaining([
      ["landed", "hq-cv-1"],
      ["landed", "hq-cv-2"],
    ]),
  );
  expect(made.control.calls()).toEqual([]);
});

it("is content with one of them with --any, and ends at once with what has landed already", async () => {
  const made = town();
  made.town.close("al-2");
  made.town.close("hq-cv-2");
  expect(await made.run(["wait", "--any", "-q", "hq-cv-1", "hq-cv-2"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

it("ends with 1 when a convoy is closed with work open, and names it", async () => {
  const made = town();
  made.town.close("hq-cv-1");
  const { code, stdout } = await made.run(["wait", "hq-cv-1", "hq-cv-2"]);
  expect({ code, first: stdout.split("\n")[0] }).toEqual({
    code: 1,
    first: '✗ hq-cv-1 "Number 1" was closed with work open: al-1',
  });
});

it("ends with 1 when the watcher gives a convoy up", async () => {
  const made = town();
  made.control.set({ gt: { mode: "fails", stderr: "the mayor is asleep" } });
  await made.watch();
  const waiting = made.start(["wait", "hq-cv-1", "--json"]);
  made.town.close("al-1");
  const { code } = await waiting.ended;
  expect(code).toBe(1);
  for (const record of waiting.records()) expectShape("wait", record);
  expect(waiting.records()).toMatchObject([
    { event: "stuck", convoy: "hq-cv-1", output: expect.stringContaining("asleep") },
  ]);
});

it("ends with 124 when the time is over, and with 2 for a convoy that is not there", async () => {
  const made = town();
  const late = await made.run(["wait", "hq-cv-1", "--timeout", "200ms", "--json"]);
  expect(late.code).toBe(124);
  expectShape("wait", JSON.parse(late.stdout));
  expect(JSON.parse(late.stdout)).toMatchObject({ event: "timeout", convoys: ["hq-cv-1"] });
  expect(await made.run(["wait", "hq-cv-1", "hq-cv-nope"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^Error: the town has no convoy hq-cv-nope\n/),
  });
});

it("says that an issue is no convoy, wherever it lives", async () => {
  const made = town();
  made.town.createIssue({ id: "hq-1" });
  for (const id of ["al-1", "hq-1"])
    expect(await made.run(["wait", "hq-cv-1", id])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `Error: ${id} is an issue, not a convoy\nHint: \`convoy-cli why ${id}\` says which convoys wait on it\n`,
    });
});

it("keeps waiting while the town cannot be read, and says so once", async () => {
  const made = town();
  const waiting = made.start(["wait", "hq-cv-1", "--timeout", "60s"]);
  await waiting.said('hq-cv-1 "Number 1": waits on al-1');
  const database = join(made.town.dir, ".beads", "beads.db");
  renameSync(database, `${database}.away`);
  await waiting.said("still waiting");
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  renameSync(`${database}.away`, database);
  made.town.close("al-1");
  made.town.close("hq-cv-1");
  const { code, stdout, stderr } = await waiting.ended;
  expect({ code, last: stdout.split("\n").at(-2) }).toEqual({
    code: 0,
    last: '✓ hq-cv-1 "Number 1" has landed',
  });
  expect(stderr).toMatch(/^Warning: [^\n]*; still waiting\nHint: [^\n]*\n$/);
});

it("waits with --told until the watcher has noted that everybody was told, and ends with 1 when somebody was not", async () => {
  const made = town();
  for (const at of [1, 2]) {
    made.town.close(`al-${at}`);
    made.town.close(`hq-cv-${at}`);
  }
  const dir = join(made.town.dir, ".runtime/convoy-watcher");
  mkdirSync(dir, { recursive: true });
  const note = (convoy: string, fields: object): void =>
    appendFileSync(
      join(dir, "ledger.jsonl"),
      `${JSON.stringify({ time: new Date().toISOString(), kind: "landed", convoy, ...fields })}\n`,
    );
  note("hq-cv-1", { told: "told" });
  note("hq-cv-2", { told: "tried, not told", untold: ["gastown/witness"] });
  expect(await made.run(["wait", "--told", "hq-cv-1"])).toMatchObject({
    code: 0,
    stdout: '✓ hq-cv-1 "Number 1" has landed, and everybody was told\n',
  });
  expect(await made.run(["wait", "--told", "hq-cv-2"])).toMatchObject({
    code: 1,
    stdout: '✗ hq-cv-2 "Number 2" has landed; not told: gastown/witness\n',
  });
});
