import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { healthOf } from "../../src/views/watcher.ts";
import { faults } from "../support/doctor.ts";
import { look, lookJson } from "../support/look.ts";
import { kill } from "../support/processes.ts";
import { scene, type Scene } from "../support/scene.ts";

interface Status {
  readonly health: { readonly well: boolean; readonly why: string | null };
}

/** The watcher as an enabled plugin whose process is gone, or is this one. */
function enable({ town }: Scene, note?: object): void {
  for (const dir of ["plugins/convoy-watcher", ".runtime/convoy-watcher"])
    mkdirSync(join(town.dir, dir), { recursive: true });
  const marker = { managedBy: "@gastown/plugin-gastown", plugin: "convoy-watcher", supervisor: "detached" };
  writeFileSync(join(town.dir, "plugins/convoy-watcher/config.json"), JSON.stringify(marker));
  if (note !== undefined) writeFileSync(join(town.dir, ".runtime/convoy-watcher/host.json"), JSON.stringify(note));
}

const code = async (made: Scene): Promise<number | null> => (await made.run(["status", "--exit-code"])).code;

it("is well while a watcher runs, and not when it was killed; the exit status says so", async () => {
  const made = scene();
  expect(await code(made)).toBe(3);
  const watcher = await made.watch();
  await expect.poll(() => code(made), { timeout: 20_000 }).toBe(0);
  kill(watcher.pid);
  await watcher.ended;
  expect(await code(made)).toBe(3);
  expect((await lookJson<Status>(made, "status")).health).toMatchObject({
    well: false,
    why: `the watcher with pid ${watcher.pid} was killed`,
  });
  expect((await look(made, "status")).join("\n")).toContain(
    `✗        the watcher with pid ${watcher.pid} was killed\nHint:    start another`,
  );
});

it("finds an enabled plugin that is not running, with what its host says", async () => {
  const made = scene();
  enable(made);
  expect(await faults(made)).toContain("watcher/watcher wrong: the plugin is enabled, but its process is gone");
  expect((await made.run(["doctor", "-q"])).code).toBe(3);
  const retryAt = "2026-11-25T20:00:00.000Z";
  enable(made, {
    pid: process.pid,
    phase: "waiting",
    error: "gt is not on \u001B[31mPATH",
    hint: "put it there",
    retryAt,
  });
  const [found] = (await faults(made)).filter((fault) => fault.startsWith("watcher/watcher"));
  expect(found).toMatch(
    /^watcher\/watcher wrong: the plugin is enabled, but not ready: gt is not on .*PATH; next try at 2026-/,
  );
  expect((await look(made, "status")).join("\n")).toContain("gt is not on PATH; next try at");
});

it("finds a watcher that hangs, and a source that is down, but not one that the town does not have", () => {
  const now = Date.parse("2026-11-25T20:00:00Z");
  const found = (status: object) =>
    ({
      state: "running",
      pid: 7,
      since: "2026-11-25T10:00:00Z",
      status: { pid: 7, sources: {}, stuck: {}, warnings: [], watchingSince: "2026-11-25T10:00:01Z", ...status },
    }) as unknown as Parameters<typeof healthOf>[0];
  const source = (state: string) => ({ sources: { bd: { state, detail: "no such command", since: "" } } });
  expect(healthOf(found({}), undefined, now).well).toBe(true);
  expect(healthOf(found({ writtenAt: "2026-11-25T19:59:30Z" }), undefined, now).well).toBe(true);
  expect(healthOf(found({ writtenAt: "2026-11-25T19:50:00Z" }), undefined, now)).toMatchObject({
    well: false,
    why: expect.stringMatching(/^the watcher hangs/),
  });
  expect(healthOf(found(source("unavailable")), undefined, now).well).toBe(true);
  expect(healthOf(found(source("down")), undefined, now)).toMatchObject({ why: "source bd is down: no such command" });
});

it("prints metrics that a collector takes: each with help and type, labels quoted, nothing else", async () => {
  const made = scene();
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-1", tracks: ["al-1"] });
  const without = await look(made, "status", "--prometheus");
  expect(without).toContain(`convoy_watcher_up{town="${made.town.dir}"} 0`);
  expect(without).toContain(`convoy_watcher_convoys{town="${made.town.dir}",state="waiting"} 1`);
  await made.watch();
  await expect
    .poll(() => look(made, "status", "--prometheus"), { timeout: 20_000 })
    .toContain(`convoy_watcher_healthy{town="${made.town.dir}"} 1`);
  const lines = await look(made, "status", "--prometheus");
  const sample = /^(convoy_watcher_[a-z_]+)\{([a-z]+="[^"]*",?)+\} -?\d+(\.\d+)?$/;
  for (const line of lines)
    expect(line).toMatch(line.startsWith("#") ? /^# (HELP|TYPE) convoy_watcher_[a-z_]+ / : sample);
  const names = new Set(lines.flatMap((line) => sample.exec(line)?.[1] ?? []));
  for (const name of names) expect(lines.filter((line) => line.startsWith(`# TYPE ${name} `))).toHaveLength(1);
  expect([...names]).toEqual(expect.arrayContaining(["convoy_watcher_landed_total", "convoy_watcher_source_up"]));
});
