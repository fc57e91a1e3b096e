import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const churn = fileURLToPath(new URL("programs/churn.ts", import.meta.url));
const youngGeneration = (as: string): number =>
  Number(execFileSync(process.execPath, [churn, as], { encoding: "utf8" }));

it("keeps the young generation a quarter of what it would grow to", () => {
  expect(youngGeneration("small") * 4).toBeLessThan(youngGeneration("as it is"));
});

it("leaves the heap of another runtime as it is", () => {
  expect(youngGeneration("deno")).toBeGreaterThan(youngGeneration("small") * 4);
});
