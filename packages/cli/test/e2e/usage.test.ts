import { expect, test } from "vitest";
import { stage } from "../support/scene.ts";

const WRONG: readonly (readonly [args: string, error: RegExp, hint: RegExp])[] = [
  ["watch --dryrun", /unknown option '--dryrun'/, /did you mean --dry-run\?/],
  ["watch --swep 30s", /unknown option '--swep'/, /did you mean --sweep\?/],
  ["--jsn check", /unknown option '--jsn'/, /did you mean --json\?/],
  ["watch --zzzzzzzzz", /unknown option '--zzzzzzzzz'/, /see convoy-cli watch --help/],
  ["wacth", /unknown command 'wacth'/, /did you mean watch\?/],
  ["watch extra", /too many arguments/, /./],
  ["watch --sweep", /argument missing/, /./],
  ["watch --sweep 30", /'30' is invalid\. Write it with a unit/, /./],
  ["watch --sweep 0s", /At least 100ms/, /./],
  ["watch --sweep 25h", /At most 24h/, /./],
  ["watch --grace=-1s", /'-1s' is invalid/, /./],
  ["watch --grace soon", /'soon' is invalid/, /./],
  ["watch --source dbase", /Choose from bd, db/, /./],
  ["watch --source bd,", /Choose from bd, db/, /./],
  ["watch --land shove", /Choose from check, close, force/, /./],
  ["list --gt /opt/gt", /list does not take '--gt <path>'/, /see convoy-cli list --help/],
  ["demo --town /x", /demo does not take '--town <dir>'/, /./],
  ["completion bash --json", /completion does not take '--json'/, /./],
  ["watch --once", /unknown option '--once'/, /`convoy-cli check` sweeps once/],
  ["version", /unknown command 'version'/, /did you mean --version\?/],
  ["help nope", /there is no command and no page nope/, /pages are errors/],
  ["list --limit 0", /Give a whole number/, /./],
  ["check --source bd", /unknown option '--source'/, /./],
];

test.each(WRONG)("convoy-cli %s is an error of usage", async (args, error, hint) => {
  const { run, control } = stage();
  const { code, stdout, stderr } = await run(args.split(" "));
  const [first = "", second = ""] = stderr.split("\n");
  expect(first).toMatch(/^Error: /);
  expect(first).toMatch(error);
  expect(second).toMatch(/^Hint: /);
  expect(second).toMatch(hint);
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(control.calls()).toEqual([]);
});

test("help shows every command with examples, and the exit statuses", async () => {
  const { run } = stage();
  const { code, stdout, stderr } = await run(["--help"]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(stdout).toContain("watch");
  expect(stdout).toContain("check [options] [convoy...]");
  expect(stdout).toContain(
    "Exit status: 0 done, or stopped by SIGTERM; 130 by SIGINT; 1 failure; 2 usage;\n3 findings (check --dry-run, doctor); 4 another watcher holds this town.",
  );
  const watch = await run(["watch", "--help"]);
  expect(watch.code).toBe(0);
  expect(watch.stdout).toContain("Examples:");
  expect(watch.stdout).toContain("--source <names>");
});

test("--version is the version", async () => {
  const { run } = stage();
  expect(await run(["--version"])).toMatchObject({ code: 0, stdout: "0.1.0\n", stderr: "" });
});
