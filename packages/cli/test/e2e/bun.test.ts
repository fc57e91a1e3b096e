import { join } from "node:path";
import { isAlive, waitFor } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { CLI, type RunningCli } from "../support/running-cli.ts";
import { bun } from "../support/runtimes.ts";
import { scene, type Scene } from "../support/scene.ts";
import { writtenByOthers } from "../support/written-by-others.ts";

const DRIVERS = ["better-sqlite3", "node-sqlite"] as const;
const title = `the built command line on Bun${bun === undefined ? " (left out: the repository has none for this machine)" : ""}`;

const command = (driver: string): [string, ...string[]] => [bun ?? "", CLI, "--driver", driver];

async function watchOnBun(made: Scene, driver: string): Promise<RunningCli> {
  const tools = ["--bd", join(made.bin, "bd"), "--gt", join(made.bin, "gt")];
  const cli = made.start(["watch", "--json", ...tools], { command: command(driver) });
  await cli.record("watching");
  return cli;
}

describe.skipIf(bun === undefined)(title, () => {
  test.each(DRIVERS)(
    "watches, lands a convoy, stops at SIGTERM with 0, and leaves nothing behind (%s)",
    async (driver) => {
      const made = scene();
      const { town, leftovers } = made;
      const cli = await watchOnBun(made, driver);
      const [one, two] = [town.createIssue({ rig: "alpha" }), town.createIssue({ rig: "beta" })];
      const convoy = town.createConvoy({ tracks: [one, two] });
      town.close(one, { feed: true });
      await cli.record("close", { issue: one, source: "bd" });
      town.close(two);
      await cli.record("landed", { convoy });
      const { code, stderr } = await cli.stop();
      expect({ code, stderr }).toEqual({ code: 0, stderr: "stopping (again to force)\n" });
      expect(cli.records("close")).toContainEqual(expect.objectContaining({ issue: two, source: "db" }));
      expect(cli.records("source")).toContainEqual(expect.objectContaining({ name: "db", state: "up" }));
      expect(cli.records("source").map(({ detail }) => detail)).not.toContainEqual(expect.stringContaining("polling"));
      expect(town.status(convoy)).toBe("closed");
      expect(leftovers()).toEqual([]);
    },
  );

  test("sees every commit of databases that others write while it follows them", async () => {
    const driver = "better-sqlite3";
    const made = scene();
    const cli = await watchOnBun(made, driver);
    await writtenByOthers(made, cli, 10);
    expect((await cli.stop("SIGINT")).code).toBe(130);
  });

  test("the second signal kills a gt that ignores SIGTERM, and what it started", async () => {
    const made = scene();
    const { town, control, leftovers } = made;
    control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
    const issue = town.createIssue({ rig: "alpha" });
    town.createConvoy({ tracks: [issue] });
    const cli = await watchOnBun(made, "better-sqlite3");
    town.close(issue);
    const gt = await waitFor("gt with a child", () => landings(control).find(({ children }) => children.length > 0));
    cli.signal("SIGTERM");
    await cli.said("stopping (again to force)");
    expect((await cli.stop()).code).toBe(0);
    expect([gt.pid, ...gt.children].filter(isAlive)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test("a second watcher, on another runtime and driver, is kept out, and exits 4", async () => {
    const made = scene();
    const first = await watchOnBun(made, "node-sqlite");
    const { code, stderr } = await made.run(["watch"]);
    expect(code).toBe(4);
    expect(stderr).toContain(`the watcher with pid ${first.pid} `);
  });

  test.each(DRIVERS)(
    "check lands what is complete; list, status, why and doctor say how it stands (%s)",
    async (driver) => {
      const made = scene();
      const { town, run } = made;
      const [done, open] = [town.createIssue({ rig: "alpha" }), town.createIssue({ rig: "beta" })];
      const complete = town.createConvoy({ tracks: [done] });
      const waiting = town.createConvoy({ title: "Waits", tracks: [open] });
      town.close(done);
      const onBun = (...args: string[]): ReturnType<typeof run> => run(args, { command: command(driver) });
      expect((await onBun("check", "--dry-run")).code).toBe(3);
      expect(await onBun("check")).toMatchObject({ code: 0, stderr: "" });
      expect(town.status(complete)).toBe("closed");
      expect(await onBun("list", "-q")).toMatchObject({ code: 0, stdout: `${waiting}\n`, stderr: "" });
      expect((await onBun("status", waiting)).stdout).toContain("Waits");
      expect((await onBun("why", open)).stdout).toContain(`${open} holds up 1 convoy`);
      const { stdout } = await onBun("doctor", "--json");
      const { checks } = JSON.parse(stdout) as { checks: { group: string; name: string; level: string }[] };
      expect(checks.filter(({ group }) => group === "runtime")).toMatchObject([{ name: "Bun", level: "good" }]);
      expect((await onBun("watch", "--bogus")).code).toBe(2);
    },
  );
});
