import { execFileSync, spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CLI } from "../support/running-cli.ts";
import { scene, type Scene } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

/** What is offered after these words, the last of them as far as it has been typed. */
async function offered(made: Pick<Scene, "run">, ...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await made.run(["__complete", "--", ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}
const values = async (made: Pick<Scene, "run">, ...words: string[]): Promise<string[]> =>
  (await offered(made, ...words)).map((line) => line.split("\t")[0] ?? "");

it("offers the commands, with what they do", async () => {
  const made = scene();
  expect(await values(made, "")).toEqual([
    "watch",
    "check",
    "demo",
    "list",
    "status",
    "wait",
    "log",
    "why",
    "doctor",
    "config",
    "completion",
    "help",
  ]);
  expect(await offered(made, "wh")).toEqual([
    "why\tExplain why a convoy is (not) landing, or which convoys wait on an issue.",
  ]);
});

it("offers the open convoys of the town, with their titles", async () => {
  const made = everyState();
  expect((await offered(made, "status", "hq-cv-")).sort()).toEqual([
    `${ID.complete}\tAll done`,
    `${ID.empty}\tNothing in it`,
    `${ID.half}\tLogin`,
    `${ID.lost}\tNo road`,
    `${ID.owned}\tMine`,
    `${ID.staged}\tPlanned`,
    `${ID.three}\tThree things`,
  ]);
  expect(await values(made, "why", "hq-cv-h")).toEqual([ID.half]);
  expect(await values(made, "check", ID.half, "hq-cv-h")).toEqual([]);
  expect(await values(made, "check", ID.half, "hq-cv-l")).toEqual([ID.lost]);
  expect(await values(made, "status", ID.half, "hq-cv-l")).toEqual([]);
});

it("offers flags, and the values of those that have a few", async () => {
  const made = everyState();
  expect(await values(made, "watch", "--s")).toEqual(["--source", "--sweep"]);
  expect(await values(made, "list", "--waiting-on", "")).toEqual(["town", "alpha", "beta"]);
  expect(await values(made, "demo", "--store", "")).toEqual(["sqlite", "dolt"]);
  expect(await values(made, "watch", "--land", "")).toEqual(["check", "close", "force"]);
  expect(await values(made, "watch", "--land", "check,")).toEqual(["check,close", "check,force"]);
  expect(await values(made, "watch", "--land=check,c")).toEqual(["check,close"]);
  expect(await values(made, "watch", "--land", "=", "cl")).toEqual(["close"]);
  expect(await values(made, "completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(await values(made, "--town", "/t")).toEqual([":dir"]);
  expect(await values(made, "watch", "--gt", "")).toEqual([":file"]);
  expect(await values(made, "watch", "--sweep", "")).toEqual([]);
});

it("looks into the town that is named on the line", async () => {
  const made = everyState();
  const elsewhere: Pick<Scene, "run"> = { run: (args) => made.run(args, { cwd: made.root }) };
  expect(await values(elsewhere, "why", "hq-cv-h")).toEqual([]);
  for (const town of [["--town", made.town.dir], [`--town=${made.town.dir}`], ["--town", "=", made.town.dir]]) {
    expect(await values(elsewhere, ...town, "why", "hq-cv-h")).toEqual([ID.half]);
  }
});

it("offers no id that would mean something to a shell, and no title that would mean something to a terminal", async () => {
  const made = scene();
  for (const id of ["hq-$(touch pwned)", "hq-a b", "-rf", "hq-'q'"]) made.town.createConvoy({ id, title: "evil" });
  made.town.createConvoy({ id: "hq-cv-fine", title: "\u001B[31mred\u0007\nhq-forged\ttab\u202E" });
  expect(await offered(made, "why", "")).toEqual(["hq-cv-fine\tred hq-forged tab"]);
});

const inBash = (made: Scene, script: string): string => {
  symlinkSync(CLI, join(made.bin, "convoy-cli"));
  const env = { ...made.env, PATH: `${join(process.execPath, "..")}:${made.env["PATH"]}` };
  return execFileSync("bash", ["--norc", "-c", `set -eu; source <(convoy-cli completion bash); ${script}`], {
    cwd: made.town.dir,
    env,
    encoding: "utf8",
  });
};

it("works in bash", () => {
  const made = everyState();
  const words = (...line: string[]): string =>
    `COMP_WORDS=(${line.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${line.length - 1}; _convoy_cli || true; printf '%s\\n' "\${COMPREPLY[@]}"; echo --;`;
  const out = inBash(
    made,
    words("convoy-cli", "wh") +
      words("convoy-cli", "status", "hq-cv-h") +
      words("convoy-cli", "--town", "al") +
      words("convoy-cli", "watch", "--source", "=") +
      "complete -p convoy-cli",
  );
  expect(out).toBe(`why\n--\n${ID.half}\n--\nalpha\n--\nbd\ndb\n--\ncomplete -F _convoy_cli convoy-cli\n`);
});

it.each(["zsh", "fish"] as const)("prints a script for %s", async (shell) => {
  const made = scene();
  const { code, stdout } = await made.run(["completion", shell]);
  expect({ code, asks: stdout.includes("__complete --") }).toEqual({ code: 0, asks: true });
  // Where the shell is not installed, that the script is there is all that can be said of it.
  const file = join(made.root, `completion.${shell}`);
  writeFileSync(file, stdout);
  const parsed = spawnSync(shell, ["-n", file], { encoding: "utf8" });
  if (parsed.error === undefined) expect(parsed).toMatchObject({ status: 0, stderr: "" });
});

it("refuses a shell it does not know", async () => {
  expect(await scene().run(["completion", "csh"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("bash, zsh, fish"),
  });
});
