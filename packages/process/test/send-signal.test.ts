import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { sendSignal } from "../src/index.ts";

const program = fileURLToPath(new URL("support/programs/end-a-group.ts", import.meta.url));
const onDeno = "Deno" in globalThis;

const codeOf = (work: () => void): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

test("asks, ends, and tells that there is nobody any more", async () => {
  const child = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const pid = child.pid ?? 0;
  const gone = new Promise((resolve) => void child.once("exit", resolve));
  expect(codeOf(() => sendSignal(pid, 0))).toBeUndefined();
  expect(codeOf(() => sendSignal(-pid, "SIGKILL"))).toBeUndefined();
  await gone;
  expect(codeOf(() => sendSignal(-pid, "SIGKILL"))).toBe("ESRCH");
});

describe.skipIf(!onDeno)(
  `where Deno may run only some programs${onDeno ? "" : " (left out on Node, which allows all)"}`,
  () => {
    const runWith = (programs: string): string =>
      spawnSync(process.execPath, ["run", "--no-prompt", "--allow-env", `--allow-run=${programs}`, program], {
        encoding: "utf8",
      }).stdout;

    test("a group is ended by the system's kill, and a process that is gone is told as such", () => {
      expect(runWith("/bin/sleep,/bin/kill")).toBe("there: yes\nended by SIGKILL\nthere: ESRCH\n");
    });

    test("without that it is Deno's own refusal", () => {
      expect(runWith("/bin/sleep")).toBe("there: denied\n");
    });
  },
);
