import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { CLI } from "../support/running-cli.ts";
import { scene } from "../support/scene.ts";

/**
 * Has Node take itself to be on Windows: what the command line makes of that, not what Windows would. The native driver
 * is left to find its own file.
 */
const AS_ON_WINDOWS = `
const real = process.platform;
Object.defineProperty(process, "platform", {
  get: () => (new Error().stack.includes("/node_modules/better-sqlite3/") ? real : "win32"),
});`;
const command: [string, ...string[]] = [
  process.execPath,
  "--import",
  `data:text/javascript,${encodeURIComponent(AS_ON_WINDOWS)}`,
  CLI,
];

test.each([["watch"], ["watch", "--dry-run"], ["check"]])(
  "on Windows, %s %s says that it does not work there",
  async (...args) => {
    const { run, control } = scene();
    const { code, stdout, stderr } = await run(args, { command });
    expect(stderr).toBe(
      "Error: a town cannot be watched on Windows: what gt and bd start could not be ended with them\n" +
        "Hint: run it in WSL, where the town is; list, status, why, doctor and check --dry-run work here\n",
    );
    expect(stdout).toBe("");
    expect(code).toBe(1);
    expect([...control.calls("bd"), ...landings(control)]).toEqual([]);
  },
);

test("on Windows, what runs nothing works", async () => {
  const { run, town } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ title: "Login", tracks: [issue] });
  town.close(issue);
  expect(await run(["check", "--dry-run"], { command })).toMatchObject({ code: 3 });
  expect(await run(["list", "--json"], { command })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(convoy),
  });
});
