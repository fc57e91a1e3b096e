import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { scene } from "../support/scene.ts";

const noProc = existsSync("/proc/self/status") ? undefined : "there is no /proc to see what a watcher handles";
const leftOut = noProc === undefined ? "" : ` (left out: ${noProc})`;

test.skipIf(noProc !== undefined)(
  `check beside a running watcher has it look now, and tells what came of it${leftOut}`,
  async () => {
    const made = scene();
    for (const id of ["al-1", "al-2"]) made.town.createIssue({ id });
    made.town.createConvoy({ id: "hq-cv-1", title: "One", tracks: ["al-1"] });
    made.town.createConvoy({ id: "hq-cv-2", title: "Two", tracks: ["al-2"] });
    // It hears of nothing by itself, and would sweep in an hour.
    const watcher = await made.watch("--source", "bd", "--sweep", "1h");
    made.control.set({ bd: { activity: "unknown" } });
    made.town.close("al-1");
    const { code, stdout, stderr } = await made.run(["check"]);
    expect(stderr).toBe(`the watcher (pid ${watcher.pid}) holds this town; asking it to sweep now\n`);
    expect(stdout.split("\n").slice(-2)).toEqual(["2 convoys: 1 landed, 1 waiting", ""]);
    expect(stdout).toContain('✓ hq-cv-1 "One" landed, ');
    expect(stdout).toContain('hq-cv-2 "Two" waits on 1 of 1: al-2 is not closed (alpha, open)');
    expect(code).toBe(0);
    expect(made.town.status("hq-cv-1")).toBe("closed");
    expect(watcher.records("sweep")).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining("asked") }),
    );
    expect(watcher.records("watching")).toMatchObject([{ sources: ["bd"] }]);
    expect(await made.run(["check", "hq-cv-nope"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no convoy hq-cv-nope"),
    });
    expect((await watcher.stop()).code).toBe(0);
  },
);

test.skipIf(noProc !== undefined)(`and ends with 1 when gt cannot close a convoy${leftOut}`, async () => {
  const made = scene();
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-1", tracks: ["al-1"] });
  made.control.set({ gt: { mode: "fails", stderr: "no such luck" } });
  await made.watch();
  made.town.close("al-1");
  const { code, stdout } = await made.run(["check", "hq-cv-1"]);
  expect(stdout).toContain("is stuck after 3 attempts; gt said:\n    ");
  expect(code).toBe(1);
});
