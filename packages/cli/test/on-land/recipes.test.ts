import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { shellProgram, tempDir } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/guides/hooks.md", import.meta.url)), "utf8");
const recipes = [...page.matchAll(/```sh recipe\n(.*?)\n```/gs)].map(([, recipe = ""]) => recipe);

const TITLE = `It's "$(touch pwned)" #{pid} \`x\``;
const CALL = { event: "landed", message: `hq-cv-1 ${TITLE} has landed`, convoy: "hq-cv-1", title: TITLE };

const missing = ["curl", "jq"].filter((tool) => spawnSync(tool, ["--version"]).status !== 0);

/** Runs a recipe as a hook runs, with stand-ins for what needs a desktop, tmux or a town; gives what these were told, and what was posted. */
async function run(recipe: string): Promise<{ said: string; posted: string[] }> {
  const dir = tempDir(onTestFinished).path;
  for (const name of ["notify-send", "osascript", "gt"]) shellProgram(dir, name, `printf '%s|' "$@" >> said`);
  shellProgram(dir, "tmux", `case $1 in list-clients) echo /dev/pts/7 ;; *) printf '%s|' "$@" >> said ;; esac`);
  const posted: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      posted.push(body);
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const child = promisify(execFile)("sh", ["-c", recipe], {
    cwd: dir,
    env: {
      PATH: [dir, process.env["PATH"]].join(delimiter),
      MESSAGE: CALL.message,
      EVENT: CALL.event,
      WEBHOOK: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    },
  });
  child.child.stdin?.on("error", () => undefined); // most recipes do not read it
  child.child.stdin?.end(`${JSON.stringify(CALL)}\n`);
  await child;
  expect(existsSync(join(dir, "pwned"))).toBe(false);
  return { said: existsSync(join(dir, "said")) ? readFileSync(join(dir, "said"), "utf8") : "", posted };
}

it("shows seven recipes", () => {
  expect(recipes.length).toBe(7);
});

it.each([
  ["notify-send", `Gas Town|${CALL.message}|`],
  [
    "osascript",
    `-e|on run argv|-e|display notification (item 1 of argv) with title "Gas Town"|-e|end run|${CALL.message}|`,
  ],
  ["tmux", `display-message|-c|/dev/pts/7|${CALL.message.replaceAll("#", "##")}|`],
  ["gt nudge", `nudge|mayor|${CALL.message}|`],
])("tells it by %s, whatever is in a title", async (tool, said) => {
  const [recipe = ""] = recipes.filter((one) => one.includes(tool));
  expect((await run(recipe)).said).toBe(said);
});

it.skipIf(missing.length > 0)(
  `posts it by curl${missing.length > 0 ? ` (left out: there is no ${missing.join(" and no ")})` : ""}`,
  async () => {
    const [whole = "", line = "", slack = ""] = recipes.filter((one) => one.includes("curl"));
    expect(JSON.parse((await run(whole)).posted[0] ?? "")).toEqual(CALL);
    expect((await run(line)).posted).toEqual([CALL.message]);
    expect(JSON.parse((await run(slack)).posted[0] ?? "")).toEqual({ text: CALL.message });
  },
);
