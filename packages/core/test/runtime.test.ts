import process from "node:process";
import { expect, test } from "vitest";

test("these tests run where they are said to run", () => {
  const deno = "Deno" in globalThis;
  expect(deno).toBe(process.env["CONVOY_RUNTIME"] === "deno" || process.versions["deno"] !== undefined);
  if (deno) expect(Number.parseFloat(process.versions["deno"] ?? "0")).toBeGreaterThanOrEqual(2.9);
  else expect(Number.parseInt(process.versions.node, 10)).toBeGreaterThanOrEqual(22);
});
