import type { WatchRecord } from "@gastown/convoy-core";
import { installStandIns, tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, installDoltStandIns, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { watchTown } from "../../src/index.ts";

const soon = { timeout: 20_000, interval: 20 };
let serial = 0;

/** Watches until the test has ended; gives what was reported. */
async function watching(
  town: string,
  tools: { readonly bd: string; readonly gt: string },
): Promise<readonly WatchRecord[]> {
  const records: WatchRecord[] = [];
  const stop = new AbortController();
  const running = watchTown({
    town,
    version: "0.0.0",
    bd: tools.bd,
    gt: tools.gt,
    sources: ["db"],
    // Only the feeds can find anything.
    sweepEvery: 600_000,
    grace: 0,
    steps: ["check", "close", "force"],
    dryRun: false,
    report: (record) => void records.push(record),
    stop: stop.signal,
    kill: new AbortController().signal,
  });
  onTestFinished(async () => {
    stop.abort("test");
    await running;
  });
  await expect.poll(() => records.some(({ event }) => event === "watching"), soon).toBe(true);
  return records;
}

/** A town on its way to Dolt: some of its databases are there already. */
export function mixedTownSuite(server: () => SqlServer): void {
  test("the convoy in SQLite, an issue of a rig on a server: landed by force, for gt cannot see it", async () => {
    const dir = tempDir(onTestFinished).path;
    const town = await buildDoltTown(`${dir}/town`, server(), {
      namespace: `x${(serial += 1)}_`,
      sqlite: ["hq", "beta"],
    });
    const tools = installStandIns(`${dir}/bin`);
    tools.control.set({ gt: { mode: "head", blindRigs: true } });
    await town.beads("alpha").issue({ id: "al-1" });
    town.files.createIssue({ id: "be-1", rig: "beta" });
    town.files.createConvoy({
      id: "hq-cv-a",
      rawTracks: ["external:al:al-1", "external:be:be-1"],
      description: "Notify: mayor/",
    });
    const records = await watching(town.dir, tools);
    town.files.close("be-1");
    await town.beads("alpha").close("al-1");
    await expect
      .poll(() => records.flatMap((record) => (record.event === "landed" ? [[record.convoy, record.by]] : [])), soon)
      .toEqual([["hq-cv-a", "force"]]);
    expect(town.files.status("hq-cv-a", "hq")).toBe("closed");
    expect(tools.control.mails().map(({ convoy }) => convoy)).toEqual(["hq-cv-a"]);
    const closes = records.flatMap((record) => (record.event === "close" ? [`${record.issue} ${record.source}`] : []));
    expect(closes).toEqual(expect.arrayContaining(["be-1 db", "al-1 db"]));
  });

  test("the convoy on a server, issues in SQLite; the stale file beside the convoy is not read", async () => {
    const dir = tempDir(onTestFinished).path;
    const town = await buildDoltTown(`${dir}/town`, server(), { namespace: `x${(serial += 1)}_`, sqlite: ["alpha"] });
    const tools = installDoltStandIns(`${dir}/bin`);
    town.files.createIssue({ id: "al-1", rig: "alpha" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1"] });
    town.files.createConvoy({ id: "hq-cv-stale", tracks: [] });
    const records = await watching(town.dir, tools);
    town.files.close("al-1");
    await expect
      .poll(() => records.flatMap((record) => (record.event === "landed" ? [[record.convoy, record.by]] : [])), soon)
      .toEqual([["hq-cv-a", "force"]]);
    expect(await town.beads().status("hq-cv-a")).toBe("closed");
    expect(JSON.stringify(records)).not.toContain("hq-cv-stale");
  });
}
