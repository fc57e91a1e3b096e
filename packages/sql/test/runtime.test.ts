import { expect, test } from "vitest";

test(`these tests run on ${process.versions["deno"] === undefined ? "Node" : "Deno"}`, () => {
  expect("Deno" in globalThis).toBe(process.versions["deno"] !== undefined);
});
