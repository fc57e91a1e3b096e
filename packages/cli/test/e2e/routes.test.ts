import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildTown } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { moreSweeps } from "../support/running-cli.ts";
import { scene } from "../support/scene.ts";

const BROKEN = [
  `{"prefix":"al-","path":"alpha"}`,
  `{"prefix":"be-","path":`,
  `null`,
  `["xx-","alpha"]`,
  `{"prefix":"","path":"alpha"}`,
  `{"prefix":"yy-"}`,
  `{"prefix":7,"path":"alpha"}`,
  `{"prefix":"zz-","path":"../outside"}`,
  `{"prefix":"ww-","path":"alpha/../../outside"}`,
  `{"prefix":"vv-","path":"/outside"}`,
  `# a comment`,
  ``,
  `\u0000\u001B[2J`,
  `{"prefix":"hq-","path":"."}`,
  `{"prefix":"be-","path":"beta"}`,
];

test("broken lines and paths that climb out of the town are told by line, and cost nothing else", async () => {
  const made = scene();
  const { root, town, control, watch } = made;
  control.set({ gt: { mode: "head" } });
  writeFileSync(join(town.dir, ".beads/routes.jsonl"), `${BROKEN.join("\n")}\n`);
  const outside = buildTown(join(root, "outside"), { hq: { prefix: "zz" } });
  for (const prefix of ["zz", "ww"]) outside.close(outside.createIssue({ id: `${prefix}-1` }));
  const before = readdirSync(dirname(outside.db()));
  const baits = ["zz-1", "ww-1"].map((id) => town.createConvoy({ rawTracks: [`external:outside:${id}`] }));
  const issue = town.createIssue({ rig: "beta" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--sweep", "150ms");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await moreSweeps(cli, 2);
  await cli.stop();

  const told = cli.records("warning").map(({ message }) => String(message));
  expect(told.map((message) => Number(/^routes\.jsonl, line (\d+): /.exec(message)?.[1]))).toEqual([
    2, 3, 4, 5, 6, 7, 8, 9, 10, 13,
  ]);
  expect(told.filter((message) => message.endsWith("its path leads out of the town"))).toHaveLength(3);
  expect(baits.map((bait) => town.status(bait))).toEqual(["open", "open"]);
  expect(landings(control).map(({ argv }) => argv[2])).toEqual([convoy]);
  expect(readdirSync(dirname(outside.db()))).toEqual(before);
});

test("a line that is mended later is used without a restart", async () => {
  const { town, watch } = scene({
    rigs: { alpha: { prefix: "al" } },
    routes: `{"prefix":"hq-","path":"."}\n{"prefix":"al-","path":\n`,
  });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  town.close(issue);
  const cli = await watch("--sweep", "1h");
  await cli.record("waiting", { convoy, unknown: 1 });
  appendFileSync(join(town.dir, ".beads/routes.jsonl"), `{"prefix":"al-","path":"alpha"}\n`);
  await cli.record("landed", { convoy });
  await cli.stop();
});

test("a redirect that leads out of the town is followed, as bd follows it", async () => {
  const { root, town, watch } = scene({ rigs: { alpha: { prefix: "al" } } });
  const outside = buildTown(join(root, "outside"), { hq: { prefix: "al" } });
  outside.close(outside.createIssue({ id: "al-1" }));
  writeFileSync(join(town.beadsDir("alpha"), "redirect"), "../../outside/.beads\n");
  const convoy = town.createConvoy({ rawTracks: ["external:alpha:al-1"] });
  const cli = await watch("--sweep", "150ms");
  await cli.record("landed", { convoy });
  await cli.stop();
});
