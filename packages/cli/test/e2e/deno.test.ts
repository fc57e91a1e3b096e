import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAlive, waitFor } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { leastPermissions } from "../support/own-command.ts";
import { CLI, type Ended, type RunningCli } from "../support/running-cli.ts";
import { deno, modules } from "../support/runtimes.ts";
import { scene, type Scene } from "../support/scene.ts";
import { writtenByOthers } from "../support/written-by-others.ts";

// Every other file of this lane starts the command line with the least it needs, too: see ../support/own-command.ts.
const GUIDE = "../../../../docs/guides/deno.md";
const native = join(modules, "better-sqlite3");
const leastOf = ({ root, town, bin }: Scene): string[] => leastPermissions({ root, town: town.dir, bin });
const toolsOf = ({ bin }: Scene): string[] => ["--bd", join(bin, "bd"), "--gt", join(bin, "gt")];

function onDeno(made: Scene, permissions: readonly string[], ...args: readonly string[]): RunningCli {
  return made.start([...args], { command: [deno, "run", ...permissions, CLI] });
}

const endOn = (made: Scene, permissions: readonly string[], ...args: readonly string[]): Promise<Ended> =>
  onDeno(made, permissions, ...args).ended;

function withConvoy(made: Scene): { issue: string; convoy: string } {
  const issue = made.town.createIssue({ rig: "alpha" });
  return { issue, convoy: made.town.createConvoy({ tracks: [issue] }) };
}

describe("with the least that it needs", () => {
  test("sees every commit of databases that others write while it follows them, and leaves nothing behind", async () => {
    const made = scene();
    const cli = await made.watch(...toolsOf(made));
    await writtenByOthers(made, cli, 10);
    const { code, stderr } = await cli.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "stopping (again to force)\n" });
    expect(made.leftovers()).toEqual([]);
  });

  test("the second signal kills a gt that ignores SIGTERM, and what it started", async () => {
    const made = scene();
    const { issue } = withConvoy(made);
    made.control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
    const cli = await made.watch(...toolsOf(made));
    made.town.close(issue);
    const gt = await waitFor("gt with a child", () =>
      landings(made.control).find(({ children }) => children.length > 0),
    );
    cli.signal("SIGTERM");
    await cli.said("stopping (again to force)");
    expect((await cli.stop()).code).toBe(0);
    expect([gt.pid, ...gt.children].filter(isAlive)).toEqual([]);
    expect(made.leftovers()).toEqual([]);
  });

  test.each(["--allow-read", "--allow-write", "--allow-env", "--allow-run"])(
    "all of it is needed: without %s it ends with an error of its own, and lands nothing",
    async (flag) => {
      const made = scene();
      const { issue, convoy } = withConvoy(made);
      made.town.close(issue);
      const fewer = leastOf(made).filter((permission) => !permission.startsWith(flag));
      const { code, stderr } = await endOn(made, fewer, "check", ...toolsOf(made), "--driver", "node-sqlite");
      expect(code).toBe(1);
      expect(stderr).toMatch(/NotCapable|Deno does not let this program|Requires (read|write) access/);
      expect(made.town.status(convoy)).toBe("open");
      expect(landings(made.control)).toEqual([]);
    },
  );

  test("to look needs leave to read, and to know the locale; nothing else", async () => {
    const made = scene();
    const { issue, convoy } = withConvoy(made);
    const reading = leastOf(made).filter((permission) => /^--(no-prompt|allow-read)/.test(permission));
    const look = (...args: string[]): Promise<Ended> =>
      endOn(
        made,
        [...reading, "--allow-env=LC_ALL,LC_CTYPE,LANG"],
        ...args,
        "--town",
        made.town.dir,
        "--driver",
        "node-sqlite",
      );
    expect(await look("list", "-q")).toMatchObject({ code: 0, stdout: `${convoy}\n`, stderr: "" });
    expect(await look("status", convoy)).toMatchObject({ code: 0, stderr: "" });
    expect((await look("why", issue)).stdout).toContain(`${issue} holds up 1 convoy`);
  });
});

test("the command of the guide watches as it is written there", async () => {
  const made = scene();
  const [, text = ""] = /```sh\n(TOWN=.*?)```/s.exec(readFileSync(new URL(GUIDE, import.meta.url), "utf8")) ?? [];
  const [, ...lines] = text.split("\n");
  const command = lines.join("\n").trim();
  expect(command).toMatch(/^deno run --no-prompt /);
  const [bd, gt] = [join(made.bin, "bd"), join(made.bin, "gt")];
  const env = { ...made.env, TOWN: made.town.dir, BD: bd, GT: gt, CLI: dirname(dirname(CLI)) };
  const cli = made.start([], { command: ["/bin/sh", "-c", `exec ${command.replace("deno", `'${deno}'`)}`], env });
  await cli.said("watching 0 open convoys");
  expect(await cli.stop()).toMatchObject({ code: 0, stderr: "stopping (again to force)\n" });
});

describe("what is lacking is told, with what to do", () => {
  test("leave to end what it starts: a stop would leave gt and bd behind, so it does not begin", async () => {
    const made = scene();
    const without = leastOf(made).map((permission) => permission.replace(",/bin/kill", ""));
    const { code, stdout, stderr } = await endOn(made, without, "watch", "--driver", "node-sqlite");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      "Error: Deno does not let this program end what gt and bd start\n" +
        "Hint: add /bin/kill to --allow-run, or give --allow-run without a list: `convoy-cli help deno` has more\n",
    );
    expect(made.control.calls()).toEqual([]);
  });

  test("leave to load the native driver", async () => {
    const made = scene();
    const { code, stderr } = await endOn(made, leastOf(made), "list");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: the SQLite driver better-sqlite3 cannot be loaded: .+\nHint: .*--driver node-sqlite\n$/,
    );
  });

  test("leave to look at a program that was named", async () => {
    const made = scene();
    const { code, stderr } = await endOn(made, leastOf(made), "check", "--gt", "/opt/gt", "--driver", "node-sqlite");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: Deno does not let this program do that: .*"\/opt\/gt".*\nHint: `convoy-cli help deno`/,
    );
  });
});

describe("what else can be allowed", () => {
  test("the native driver: ffi, and what its loader asks of the system", async () => {
    const made = scene();
    const { issue, convoy } = withConvoy(made);
    made.town.close(issue);
    const permissions = leastOf(made).map((permission) =>
      permission.startsWith("--allow-read") ? `${permission},${native}` : permission,
    );
    const more = [...permissions, `--allow-ffi=${native}`, "--allow-sys=cpus,networkInterfaces,hostname"];
    expect(await endOn(made, more, "check", ...toolsOf(made))).toMatchObject({ code: 0, stderr: "" });
    expect(made.town.status(convoy)).toBe("closed");
  });

  test("a Dolt server: the net, to its address alone", async () => {
    const made = scene({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be", backend: "dolt" } } });
    withConvoy(made);
    const look = (...more: string[]): Promise<Ended> =>
      endOn(made, [...leastOf(made), ...more], "check", "--dry-run", "--driver", "node-sqlite");
    made.town.createConvoy({ tracks: ["be-1"] });
    expect(await look()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("Deno does not let this program connect to the server"),
    });
    const { code, stdout, stderr } = await look("--allow-net=127.0.0.1:1");
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/beta: .*ECONNREFUSED/);
  });
});
