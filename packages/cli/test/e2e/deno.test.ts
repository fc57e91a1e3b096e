import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isAlive } from "../support/processes.ts";
import { CLI, type RunningCli } from "../support/running-cli.ts";
import { scene, type Scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

// Vitest runs on Node here; what is under test, the built command line, runs on Deno.
const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const libc = process.platform === "linux" ? "-glibc" : "";
const deno = join(modules, "@deno", `${process.platform}-${process.arch}${libc}`, "deno");
const missing = !existsSync(deno);
if (missing)
  console.log(
    `Left out: the command line on Deno, since the repository has none for ${process.platform}-${process.arch}`,
  );

/** The least that works. Ending a process by its id is a permission to run anything, so `--allow-run` has no list. */
function permissions({ root, town }: Scene, run = "--allow-run"): string[] {
  const readable = [root, realpathSync(join(CLI, "../..")), modules, "/proc"];
  return [
    "--no-prompt",
    `--allow-read=${readable.join()}`,
    `--allow-write=${join(town.dir, ".runtime")}`,
    `--allow-ffi=${join(modules, "better-sqlite3")}`,
    "--allow-env",
    "--allow-sys",
    run,
  ];
}

async function watchOnDeno(made: Scene, run?: string): Promise<RunningCli> {
  const env = { ...made.env, DENO_DIR: join(modules, ".cache/deno"), DENO_NO_UPDATE_CHECK: "1" };
  const command = [deno, "run", ...permissions(made, run), CLI] as const;
  const tools = ["--bd", join(made.bin, "bd"), "--gt", join(made.bin, "gt")];
  const cli = made.start(["watch", "--json", "--town", made.town.dir, ...tools], { env, command: [...command] });
  await cli.record("watching");
  return cli;
}

describe.skipIf(missing)("the built command line on Deno", () => {
  test("watches with both sources, lands a convoy, stops at SIGTERM with 0, and leaves nothing behind", async () => {
    const made = scene();
    const { town, leftovers } = made;
    const cli = await watchOnDeno(made);
    const [one, two] = [town.createIssue({ rig: "alpha" }), town.createIssue({ rig: "beta" })];
    const convoy = town.createConvoy({ tracks: [one, two] });
    town.close(one, { feed: true });
    await cli.record("close", { issue: one, source: "bd" });
    town.close(two);
    await cli.record("landed", { convoy });
    const { code, stderr } = await cli.stop();
    expect(stderr).toBe("stopping (again to force)\n");
    expect(code).toBe(0);
    expect(cli.records("close")).toContainEqual(expect.objectContaining({ issue: two, source: "db" }));
    expect(cli.records("warning")).toEqual([]);
    expect(town.status(convoy)).toBe("closed");
    expect(leftovers()).toEqual([]);
  });

  test("SIGINT stops it with 130", async () => {
    const cli = await watchOnDeno(scene());
    expect((await cli.stop("SIGINT")).code).toBe(130);
  });

  test("the second signal kills a gt that ignores SIGTERM, and what it started", async () => {
    const made = scene();
    const { town, control, leftovers } = made;
    control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
    const issue = town.createIssue({ rig: "alpha" });
    town.createConvoy({ tracks: [issue] });
    const cli = await watchOnDeno(made);
    town.close(issue);
    const gt = await until("gt with a child", () => control.calls("gt").find(({ children }) => children.length > 0));
    cli.signal("SIGTERM");
    await cli.said("stopping (again to force)");
    const { code } = await cli.stop();
    expect(code).toBe(0);
    expect([gt.pid, ...gt.children].filter(isAlive)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test(
    "without leave to end its children it still ends, within the limit of the first signal",
    { timeout: 60_000 },
    async () => {
      const made = scene();
      const cli = await watchOnDeno(made, `--allow-run=${join(made.bin, "bd")},${join(made.bin, "gt")}`);
      await until("a running bd", () => made.control.calls("bd").length > 0);
      const { code } = await cli.stop();
      expect(code).toBe(0);
    },
  );
});
