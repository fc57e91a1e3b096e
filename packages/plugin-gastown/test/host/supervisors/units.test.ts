import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { parse as parseIni } from "ini";
import { parse as parsePlist } from "plist";
import { describe, expect, onTestFinished, test } from "vitest";
import { pathsOf } from "../../../src/host/paths.ts";
import { environmentRemarks, type Service } from "../../../src/host/supervisors/supervisor.ts";
import { launchdAgent, systemdUnit } from "../../../src/host/supervisors/units.ts";
import { inRepository } from "../../support/repository.ts";

const service = (town: string): Service => ({
  plugin: "convoy-watcher",
  paths: pathsOf(town, "convoy-watcher"),
  command: ["/usr/bin/env", "gastown", "plugins", "run", "convoy-watcher", "--town", town],
  env: { PATH: "/opt/my tools:/usr/bin" },
  force: false,
});

/** What systemd itself says against a unit. */
function verified(text: string, name: string): string {
  const dir = tempDir(onTestFinished).path;
  mkdirSync(join(dir, "run"));
  writeFileSync(join(dir, name), text);
  const { status, stderr, error } = spawnSync("systemd-analyze", ["verify", "--user", join(dir, name)], {
    env: { ...process.env, XDG_RUNTIME_DIR: join(dir, "run"), HOME: dir },
    encoding: "utf8",
  });
  return error === undefined ? `${status} ${stderr}` : error.message;
}
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

const TOWNS = ["/srv/gt", `/srv/a "b" 'c' %h $HOME \\ é;&|#<x>`];

describe("the unit that `enable` writes", () => {
  test.each(TOWNS)("has a section each, and the keys that matter, for %s", (town) => {
    const unit = parseIni(systemdUnit(service(town))) as Record<string, Record<string, string>>;
    expect(unit["Service"]?.["KillMode"], "a gt that is telling people outlives the stop").toBe("process");
    expect(unit["Service"]).toMatchObject({ Type: "notify", NotifyAccess: "all", WatchdogSec: "90" });
    expect(Number(unit["Service"]?.["TimeoutStopSec"]), "longer than the watcher waits for it").toBeGreaterThan(15);
    expect(Object.keys(unit)).toEqual(["Unit", "Service", "Install"]);
    expect(unit["Service"]).toMatchObject({ Restart: "always", RestartSec: "5", RestartPreventExitStatus: "2 4" });
    expect(unit["Install"]).toEqual({ WantedBy: "default.target" });
  });

  // Needs systemd-analyze, which machines without systemd have not.
  test.skipIf(!hasSystemd).each(TOWNS)("is without fault for systemd-analyze, for %s", (town) => {
    const dir = join(tempDir(onTestFinished).path, town);
    mkdirSync(dir, { recursive: true });
    expect(verified(systemdUnit(service(dir)), "gastown-test.service")).toBe("0 ");
  });

  test.skipIf(!hasSystemd)("systemd-analyze does find faults", () => {
    expect(verified('[Service]\nExecStart="/bin/true\n', "gastown-test.service")).toMatch(/^1 .*Unbalanced quoting/s);
  });

  test.each(["/srv/a\nExecStartPre=/bin/rm", "/srv/\u0000"])("is not written for %j", (town) => {
    expect(() => systemdUnit(service(town))).toThrow(/control characters/);
    expect(() => launchdAgent(service(town))).toThrow(/control characters/);
  });
});

test("a service is given what it needs to find the databases, and is told of what it needs and is not given", () => {
  const needed = {
    plain: ["GT_DOLT_PORT"],
    secret: ["BEADS_DOLT_PASSWORD"],
    instead: "put the password into /srv/ann/.config/beads/credentials",
  };
  const env = { PATH: "/usr/bin", GT_DOLT_PORT: "4000", BEADS_DOLT_PASSWORD: "very-secret", HOME: "/srv/ann" };
  const given: Service = { ...service("/srv/gt"), env, variables: needed.plain };
  for (const text of [systemdUnit(given), launchdAgent(given)]) {
    expect(text).toMatch(/GT_DOLT_PORT[\s\S]*4000/);
    expect(text).not.toContain("very-secret");
  }
  if (hasSystemd) expect(verified(systemdUnit(given), "gastown-test.service")).toMatch(/^\d /);
  const remarks = environmentRemarks(needed).join("\n");
  expect(remarks).toContain("(GT_DOLT_PORT): enable it again when they change");
  expect(remarks).toContain("put the password into /srv/ann/.config/beads/credentials");
  expect(remarks).not.toContain("very-secret");
  expect(environmentRemarks({ plain: [], secret: [] })).toEqual([]);
});

describe("the agent that `enable` writes", () => {
  test.each(TOWNS)("says in a property list what is to run, for %s", (town) => {
    expect(parsePlist(launchdAgent(service(town)))).toMatchObject({
      Label: expect.stringMatching(/^com\.gastown\.convoy-watcher\.[a-z0-9-]+$/),
      ProgramArguments: [...service(town).command, "--quiet"],
      WorkingDirectory: town,
      EnvironmentVariables: { PATH: "/opt/my tools:/usr/bin" },
      RunAtLoad: true,
      KeepAlive: true,
    });
  });
});

describe("the template of the guide, for who runs the command line alone", () => {
  const guide = readFileSync(inRepository("docs/guides/always-on.md"), "utf8");
  const template = /^```ini\n(.*?)^```$/ms.exec(guide)?.[1] ?? "";

  test("has the sections and keys of a unit, and keeps what the unit of `enable` keeps", () => {
    const unit = parseIni(template) as Record<string, Record<string, string>>;
    const { ExecStart: _, WorkingDirectory: __, Environment: ___, ...rules } = unit["Service"] ?? {};
    const ours = parseIni(systemdUnit(service("/srv/gt"))) as typeof unit;
    expect(Object.keys(unit)).toEqual(["Unit", "Service", "Install"]);
    expect(unit["Service"]?.["ExecStart"]).toBe("/usr/bin/env convoy-cli watch --town %f --json");
    expect(Object.keys(rules).length).toBeGreaterThan(6);
    expect(ours["Service"]).toMatchObject(rules);
  });

  test.skipIf(!hasSystemd)("is without fault for systemd-analyze", () => {
    expect(verified(template, "gastown-convoy-watcher@tmp.service")).toBe("0 ");
  });
});
