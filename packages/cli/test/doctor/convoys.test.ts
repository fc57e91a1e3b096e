import { expect, it } from "vitest";
import { faults, healthy } from "../support/doctor.ts";
import { scene } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

it("finds the convoys that are not as they should be, and exits with 3", async () => {
  const made = everyState();
  expect((await made.run(["doctor", "--json"])).code).toBe(3);
  const found = (await faults(made)).filter((fault) => fault.startsWith("convoys/"));
  expect(found.map((fault) => fault.replace(/\d+ s/, "N s"))).toEqual([
    `convoys/unwatched wrong: 1 convoy is complete and still open, and no watcher is running`,
    `convoys/${ID.complete} note: is complete (1 of 1) and still open`,
    `convoys/${ID.lost} wrong: cannot be judged: no route leads to gh-zzz`,
    `convoys/${ID.reopened} wrong: is closed, but tracks what is open again: al-back (alpha, N s)`,
  ]);
});

it("does not take a convoy that was closed over an open issue on purpose for one with an issue reopened", async () => {
  const made = await healthy();
  const issue = made.town.createIssue({ id: "al-open" });
  const convoy = made.town.createConvoy({ tracks: [issue] });
  made.town.close(convoy);
  expect(await faults(made)).toEqual([]);
});

it("finds what a running watcher is stuck on", async () => {
  const made = scene();
  made.control.set({ gt: { mode: "fails", stderr: "the mayor is asleep" } });
  const issue = made.town.createIssue({ id: "al-1" });
  made.town.close(issue);
  made.town.createConvoy({ id: "hq-cv-stuck", tracks: [issue] });
  await (await made.watch()).record("stuck");
  await expect
    .poll(() => faults(made), { timeout: 20_000 })
    .toContainEqual(expect.stringMatching(/^convoys\/hq-cv-stuck wrong: is stuck after 3 attempts; gt said: .*asleep/));
});
