import { isAlive, waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { scene } from "../support/scene.ts";

type Closed = ReturnType<typeof scene> & { readonly convoy: string; readonly issue: string };

function withConvoy(): Closed {
  const made = scene();
  const issue = made.town.createIssue({ rig: "alpha" });
  return { ...made, issue, convoy: made.town.createConvoy({ tracks: [issue] }) };
}

test.each([
  ["SIGTERM", 0],
  ["SIGINT", 130],
  ["SIGHUP", 0],
] as const)("%s stops it with exit status %i, and leaves nothing behind", async (signal, status) => {
  const { watch, control, leftovers } = scene();
  const cli = await watch();
  await waitFor("a running bd", () => control.calls("bd").length > 0);
  const { code, stderr } = await cli.stop(signal);
  expect(code).toBe(status);
  expect(stderr).toBe("stopping (again to force)\n");
  expect(cli.records("stopped")).toMatchObject([{ reason: signal }]);
  expect(leftovers()).toEqual([]);
});

test("the first signal lets the command in flight finish", async () => {
  const { town, control, watch, convoy, issue, leftovers } = withConvoy();
  control.set({ gt: { delayMs: 600 } });
  const cli = await watch();
  town.close(issue);
  await waitFor("a running gt", () => landings(control).length > 0);
  const { code } = await cli.stop();
  expect(code).toBe(0);
  expect(landings(control)).toMatchObject([{ exitCode: 0 }]);
  expect(cli.records("landed")).toMatchObject([{ convoy }]);
  expect(town.status(convoy)).toBe("closed");
  expect(leftovers()).toEqual([]);
});

test("the first signal takes up nothing new", async () => {
  const { town, control, watch, convoy, issue } = withConvoy();
  const second = town.createConvoy({ tracks: [issue] });
  control.set({ gt: { mode: "head", delayMs: 600 } });
  const cli = await watch();
  town.close(issue);
  await waitFor("a running gt", () => landings(control).length > 0);
  await cli.stop();
  expect(landings(control)).toHaveLength(1);
  expect([convoy, second].map((id) => town.status(id)).toSorted()).toEqual(["closed", "open"]);
});

test("the second signal kills a gt that ignores SIGTERM, and what it started", async () => {
  const { town, control, watch, issue, leftovers } = withConvoy();
  control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
  const cli = await watch();
  town.close(issue);
  const gt = await waitFor("gt with a child", () => landings(control).find(({ children }) => children.length > 0));
  cli.signal("SIGTERM");
  await cli.said("stopping (again to force)");
  const { code } = await cli.stop("SIGTERM");
  expect(code).toBe(0);
  expect([gt.pid, ...gt.children].filter(isAlive)).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test("a bd that ignores SIGTERM, with a child that holds its output, is gone when it has stopped", async () => {
  const { control, watch, leftovers } = scene();
  control.set({ bd: { ignoreSigterm: true, grandchild: true } });
  const cli = await watch();
  const bd = await waitFor("bd with a child", () => control.calls("bd").find(({ children }) => children.length > 0));
  const { code } = await cli.stop();
  expect(code).toBe(0);
  expect([bd.pid, ...bd.children].filter(isAlive)).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test("check stops at a signal, too", async () => {
  const { town, control, start, convoy, issue } = withConvoy();
  town.close(issue);
  control.set({ gt: { delayMs: 600 } });
  const cli = start(["check", "--json"]);
  await waitFor("a running gt", () => landings(control).length > 0);
  const { code } = await cli.stop("SIGINT");
  expect(code).toBe(130);
  expect(town.status(convoy)).toBe("closed");
});

test("a reader that goes away ends it quietly: | head -1", async () => {
  const { town, env, start, command, leftovers } = scene();
  const line = `${command.map((word) => `"${word}"`).join(" ")} watch --json | head -1; wait`;
  const pipe = start([], { command: ["/bin/sh", "-c", line], cwd: town.dir, env });
  const { code, stdout, stderr } = await pipe.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\{[^\n]*"event":"hello"[^\n]*\}\n$/);
  expect(stderr).toBe("");
  await waitFor("end of bd", () => leftovers().length === 0);
});

test("a reader that goes away later ends it with status 0 at the next line", async () => {
  const { town, watch, issue, leftovers } = withConvoy();
  const cli = await watch();
  cli.child.stdout?.destroy();
  town.close(issue);
  const { code, stderr } = await cli.ended;
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(leftovers()).toEqual([]);
});
