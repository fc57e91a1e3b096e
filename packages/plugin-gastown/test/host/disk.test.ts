import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { GASTOWN, scene } from "../support/scene.ts";

/** Runs a script as root of a mount namespace of its own; why not, where the system forbids that. */
const inNamespace = (script: string, env: NodeJS.ProcessEnv): ReturnType<typeof spawnSync> =>
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], { env, encoding: "utf8" });
const namespaces = inNamespace("mount -t tmpfs tmpfs /mnt", process.env).status === 0;

// Needs mounts of its own, which need Linux and user namespaces.
describe.skipIf(!namespaces)("a disk that cannot be written (in a mount namespace)", () => {
  const quote = (word: string): string => `'${word}'`;

  test("a town on a read-only file system: nothing is left, the fault is named", () => {
    const { town, env, tree } = scene();
    const before = tree();
    const enable = [...GASTOWN, "plugins", "enable", "convoy-watcher"].map(quote).join(" ");
    const script = `mount --bind ${town.dir} ${town.dir} && mount -o remount,bind,ro ${town.dir} && cd ${town.dir} && ${enable}`;
    const { status, stderr } = inNamespace(script, env);
    expect(String(stderr)).toMatch(/^Error: .*\.runtime\/convoy-watcher cannot be written: EROFS.*\nHint: /);
    expect(status).toBe(1);
    expect(tree()).toEqual(before);
  });

  test.each(["plugins", ".runtime"])("a full disk at %s: nothing is half written, the fault is named", (place) => {
    const { town, env, tree, state } = scene();
    mkdirSync(join(town.dir, place));
    const before = tree();
    const enable = [...GASTOWN, "plugins", "enable", "convoy-watcher"].map(quote).join(" ");
    const full = join(town.dir, place);
    const script = `mount -t tmpfs -o size=4k,nr_inodes=20 tmpfs ${full} && head -c 4096 /dev/zero > ${full}/filler && cd ${town.dir} && { ${enable}; code=$?; find ${full} -mindepth 1; exit $code; }`;
    const { status, stderr, stdout } = inNamespace(script, env);
    expect(String(stderr)).toMatch(
      /^Error: .*(cannot be written|does not start): .*(ENOSPC|disk is full|disk I\/O).*\nHint: /s,
    );
    expect(status).toBe(1);
    expect(
      String(stdout)
        .trim()
        .split("\n")
        .filter((path) => !/convoy-watcher(\/change\.lock)?$/.test(path)),
    ).toEqual([join(full, "filler")]);
    expect(tree()).toEqual(before);
    expect(runningHost(state("host.json"))).toBeUndefined();
  });
});
