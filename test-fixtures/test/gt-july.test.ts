import { expect, it } from "vitest";
import type { GtControl, GtPoint } from "../src/index.ts";
import { run, townWithTools, type TownWithTools } from "./helpers/run.ts";

// As of 2026-07-23 (649b832b): what the real one did when it was killed at each point, or had something fail.

interface Ready extends TownWithTools {
  readonly convoy: string;
  /** Runs `gt convoy check` on it, and says how it ended, how many mails there are by then, and whether it is stamped. */
  look(how?: GtControl): Promise<{ code: number | null; mails: number; stamped: boolean; said: string }>;
}

const ready = (description = "Owner: overseer"): Ready => {
  const tools = townWithTools();
  tools.town.close(tools.town.createIssue({ id: "al-1" }));
  const convoy = tools.town.createConvoy({ tracks: ["al-1"], title: "T", description });
  const look: Ready["look"] = async (how = {}) => {
    tools.control.set({ gt: { mode: "july", ...how } });
    const { code, stdout, stderr } = await run(tools.gt, ["convoy", "check", convoy], tools.town.dir);
    const row = tools.town.row(convoy);
    const stamped = String(row?.["description"]).includes("\ncompletion_notified_at: 20");
    return { code, mails: tools.control.mails().length, stamped, said: stdout + stderr };
  };
  return { ...tools, convoy, look };
};

it("closes, tells the owner and the mayor, and stamps; a second time it tells nobody", async () => {
  using tools = ready();
  expect(await tools.look()).toEqual({
    code: 0,
    mails: 2,
    stamped: true,
    said: `✓ Auto-closed convoy 🚚 ${tools.convoy}: T\n`,
  });
  expect(await tools.look()).toMatchObject({ code: 0, mails: 2, said: `○ Convoy ${tools.convoy} is already closed\n` });
  expect(tools.control.mails().map(({ to, subject }) => [to, subject])).toEqual([
    ["overseer", "🚚 Convoy landed: T"],
    ["mayor/", "Convoy complete: T"],
  ]);
  const mail = tools.town.rows((row) => row["created_by"] === `convoy/${tools.convoy}`);
  expect(mail.map((row) => [row["assignee"], row["issue_type"]])).toEqual([
    ["overseer", "task"],
    ["mayor/", "task"],
  ]);
});

it.each<[GtPoint, number, number]>([
  ["close", 0, 2],
  ["export", 0, 2],
  ["print", 0, 2],
  ["show", 0, 2],
  ["mail", 1, 3],
  ["mayor", 2, 4],
])("killed after %s there are %i mails, and after another look %i", async (killAfter, first, second) => {
  using tools = ready();
  expect(await tools.look({ killAfter })).toMatchObject({ code: null, mails: first, stamped: false });
  expect(tools.town.status(tools.convoy)).toBe("closed");
  expect(await tools.look()).toMatchObject({ code: 0, mails: second, stamped: true });
});

it("killed after the stamp, everything is done", async () => {
  using tools = ready();
  expect(await tools.look({ killAfter: "stamp" })).toMatchObject({ code: null, mails: 2, stamped: true });
  expect(await tools.look()).toMatchObject({ code: 0, mails: 2 });
});

it("with an export that fails it is closed, tells nobody, and says so, until it works", async () => {
  using tools = ready();
  const failing = { failAt: ["export"] } as const;
  expect(await tools.look(failing)).toEqual({
    code: 1,
    mails: 0,
    stamped: false,
    said: "Error: closing convoy: exit status 1\n",
  });
  expect(await tools.look(failing)).toMatchObject({ code: 1, mails: 0 });
  expect(await tools.look()).toMatchObject({ code: 0, mails: 2, stamped: true });
});

it("with a mail that fails it warns, ends well, and stamps all the same", async () => {
  using tools = ready("Owner: ghost/nobody\nNotify: overseer");
  const said = expect.stringContaining("⚠ Warning: could not notify ghost/nobody: exit status 1\n");
  expect(await tools.look({ unknownAddresses: ["ghost/nobody"] })).toMatchObject({
    code: 0,
    mails: 2,
    stamped: true,
    said,
  });
  expect(await tools.look()).toMatchObject({ mails: 2 });
});

it("with a stamp that fails it warns, ends well, and tells everybody again", async () => {
  using tools = ready();
  const said = expect.stringContaining("could not record convoy completion notification state");
  expect(await tools.look({ failAt: ["stamp"] })).toMatchObject({ code: 0, mails: 2, stamped: false, said });
  expect(await tools.look()).toMatchObject({ mails: 4, stamped: true });
});

it("does not find itself where its directory is on no PATH, and stamps all the same", async () => {
  using tools = ready();
  tools.control.set({ gt: { mode: "july" } });
  const { stdout, stderr, code } = await run(tools.gt, ["convoy", "check", tools.convoy], tools.town.dir, {
    PATH: "/usr/bin:/bin",
  });
  expect([code, stdout, tools.control.mails()]).toEqual([0, expect.stringContaining("Auto-closed"), []]);
  expect(stderr).toContain(`could not notify overseer: exec: "gt": executable file not found in $PATH`);
  expect(stderr).toContain("could not notify mayor/ of convoy completion");
  expect(await tools.look()).toMatchObject({ mails: 0, stamped: true });
});

it("tells what it cannot see from what is open", async () => {
  using tools = townWithTools();
  tools.control.set({ gt: { mode: "july" } });
  const convoy = tools.town.createConvoy({ rawTracks: ["external:ghost:gh-1"] });
  expect(await run(tools.gt, ["convoy", "check", convoy], tools.town.dir)).toMatchObject({
    code: 0,
    stdout: `○ Convoy ${convoy} has 1 tracked issue(s) with unknown status (cross-rig unreachable)\n`,
  });
});
