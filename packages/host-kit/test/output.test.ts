import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { pipeReader } from "../src/output.ts";
import { underNohup } from "../src/signals.ts";

const onDeno = "Deno" in globalThis;
const leftOut = onDeno ? " (left out on Deno, where nobody looks)" : "";

/** Something like /proc: descriptors of processes, by `pid/fd`, with what they lead to and their flags. */
function proc(): { readonly dir: string; open(path: string, to: string, flags: string): void } {
  const { path: dir } = tempDir(onTestFinished);
  return {
    dir,
    open(path, to, flags) {
      const [pid = "", fd = ""] = path.split("/");
      for (const part of ["fd", "fdinfo"]) mkdirSync(join(dir, pid, part), { recursive: true });
      symlinkSync(to, join(dir, pid, "fd", fd));
      writeFileSync(join(dir, pid, "fdinfo", fd), `pos:\t0\nflags:\t${flags}\nmnt_id:\t15\n`);
    },
  };
}

test.skipIf(onDeno)(`sees that the readers of a pipe are gone, and not before${leftOut}`, () => {
  const { dir, open } = proc();
  open("self/1", "pipe:[7]", "01");
  open("10/1", "pipe:[7]", "0100001");
  open("11/0", "pipe:[8]", "00");
  expect(pipeReader(1, dir)).toBeUndefined();
  open("12/0", "pipe:[7]", "0100000");
  const reader = pipeReader(1, dir);
  expect(reader?.isGone()).toBe(false);
  // A shell hands its end on to the program that it starts.
  open("13/0", "pipe:[7]", "00");
  rmSync(join(dir, "12"), { recursive: true });
  expect(reader?.isGone()).toBe(false);
  rmSync(join(dir, "13"), { recursive: true });
  expect(reader?.isGone()).toBe(true);
});

test("has nothing to say of what is no pipe", () => {
  const { dir, open } = proc();
  open("self/1", "/tmp/log", "01");
  expect([pipeReader(1, dir), pipeReader(2, dir)]).toEqual([undefined, undefined]);
});

test.skipIf(onDeno)(`knows nohup by its name, and by the stdin that it leaves${leftOut}`, () => {
  const { dir, open } = proc();
  expect(underNohup({ _: "/usr/bin/nohup" }, dir)).toBe(true);
  expect(underNohup({ _: "/usr/bin/node" }, dir)).toBe(false);
  open("self/0", "/dev/null", "0100000");
  expect(underNohup({}, dir)).toBe(false);
  rmSync(join(dir, "self"), { recursive: true });
  open("self/0", "/dev/null", "0100001");
  expect(underNohup({}, dir)).toBe(true);
});
