import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, it } from "vitest";
import { scene, type Scene } from "../support/scene.ts";
import { expectShape } from "../support/schemas.ts";

/** A town with a convoy that waits for one issue. */
function waiting(title = "Login"): Scene {
  const made = scene();
  made.town.createIssue({ id: "al-1", title: "Fix it" });
  made.town.createConvoy({ id: "hq-cv-login", title, tracks: ["al-1"] });
  return made;
}

const NOTE = '["sh", "-c", "cat > landed.json; printf %s \\"$CONVOY_ID|$CONVOY_TITLE|$TOWN\\" > landed.env"]';

async function noteIn(made: Scene): Promise<{ readonly json: unknown; readonly env: string }> {
  const file = join(made.town.dir, "landed.env");
  await waitFor("the note", () => existsSync(file) && readFileSync(file, "utf8") !== "");
  return {
    json: JSON.parse(readFileSync(join(made.town.dir, "landed.json"), "utf8")),
    env: readFileSync(file, "utf8"),
  };
}

it("runs a command for a convoy that watch has landed, with the documented shape on its stdin", async () => {
  const made = waiting();
  const watcher = await made.watch("--on-land", NOTE);
  made.town.close("al-1");
  const { json, env } = await noteIn(made);
  expectShape("hook", json);
  expect(json).toMatchObject({
    convoy: "hq-cv-login",
    title: "Login",
    tracked: [{ issue: "al-1", rig: "alpha", state: "done" }],
  });
  expect(env).toBe(`hq-cv-login|Login|${made.town.dir}`);
  expect((await watcher.stop()).code).toBe(0);
});

it("runs it for check, too, which waits for it", async () => {
  const made = waiting();
  made.town.close("al-1");
  expect(await made.run(["check", "--on-land", NOTE])).toMatchObject({ code: 0 });
  expect((await noteIn(made)).json).toMatchObject({ convoy: "hq-cv-login" });
});

it("takes it from the settings of the town, and a flag wins over them", async () => {
  const made = waiting();
  mkdirSync(join(made.town.dir, "settings"));
  writeFileSync(
    join(made.town.dir, "settings/convoy-watcher.json"),
    JSON.stringify({ onLand: ["touch", "by-settings"] }),
  );
  const watcher = await made.watch();
  made.town.close("al-1");
  await waitFor("the file", () => existsSync(join(made.town.dir, "by-settings")));
  await watcher.stop();
  made.town.createConvoy({ id: "hq-cv-again", tracks: ["al-1"] });
  expect((await made.run(["check", "--on-land", "touch by-flag"])).code).toBe(0);
  expect(existsSync(join(made.town.dir, "by-flag"))).toBe(true);
});

it("warns of a command that fails, and lands all the same", async () => {
  const made = waiting();
  const watcher = await made.watch("--on-land", "sh -c 'echo no route >&2; exit 7'");
  made.town.close("al-1");
  await watcher.record("landed");
  const { message } = await watcher.record("warning");
  expect(message).toBe("the on-land command failed for hq-cv-login: exit status 7: no route");
  expect(made.town.status("hq-cv-login")).toBe("closed");
  expect((await watcher.stop()).code).toBe(0);
});

it("lets a command in flight end when the watcher is stopped, but not for ever", async () => {
  const made = waiting();
  const watcher = await made.watch(
    "--on-land",
    "sh -c 'touch begun; while ! test -e go; do sleep 0.05; done; touch ended'",
  );
  made.town.close("al-1");
  await waitFor("the command", () => existsSync(join(made.town.dir, "begun")));
  watcher.signal("SIGTERM");
  await watcher.said("stopping (again to force)");
  writeFileSync(join(made.town.dir, "go"), "");
  expect((await watcher.ended).code).toBe(0);
  expect(existsSync(join(made.town.dir, "ended"))).toBe(true);
});

it("ends it at the second signal", async () => {
  const made = waiting();
  const watcher = await made.watch("--on-land", "sh -c 'touch begun; sleep 600'");
  made.town.close("al-1");
  await waitFor("the command", () => existsSync(join(made.town.dir, "begun")));
  watcher.signal("SIGTERM");
  await watcher.said("stopping (again to force)");
  watcher.signal("SIGTERM");
  expect((await watcher.ended).code).toBe(0);
});

it("refuses a command that is none, before anything is done", async () => {
  const made = waiting();
  for (const command of ["", "[]"]) {
    const { code, stdout, stderr } = await made.run(["watch", "--on-land", command]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^Error: .*'--on-land <command>'.*Give a command for sh, or a JSON array of words\.\nHint: /,
    );
  }
  expect(made.control.calls()).toEqual([]);
});

it("runs a text by a shell, for a stuck convoy, too", async () => {
  const made = waiting();
  made.control.set({ gt: { mode: "fails", stderr: "no such luck" } });
  made.town.close("al-1");
  expect(await made.run(["check", "--on-stuck", 'echo "$EVENT: $MESSAGE" | tr a-z A-Z > told'])).toMatchObject({
    code: 1,
  });
  expect(readFileSync(join(made.town.dir, "told"), "utf8")).toBe('STUCK: HQ-CV-LOGIN "LOGIN" IS STUCK: NO SUCH LUCK\n');
});
