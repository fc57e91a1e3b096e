import { expect } from "vitest";
import type { Stage } from "./scene.ts";
import { expectShape } from "./schemas.ts";

/** Runs a command that only looks, and gives the lines it printed. */
export async function look(stage: Pick<Stage, "run">, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await stage.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}

/** Runs it with `--json`, and gives its one document, which has the documented shape. */
export async function lookJson<T>(stage: Pick<Stage, "run">, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await stage.run([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: args[0] === "doctor" ? (code ?? -1) : 0, stderr: "" });
  const document = JSON.parse(stdout) as T;
  expectShape(args[0] ?? "", document);
  return document;
}
