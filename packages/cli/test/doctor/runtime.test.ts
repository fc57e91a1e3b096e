import { expect, it } from "vitest";
import { checkRuntime } from "../../src/doctor/tools.ts";

it("finds a runtime that is too old", () => {
  expect(checkRuntime({ node: "20.11.1" })).toEqual([
    { name: "Node", level: "wrong", fact: "20.11.1 is too old", hint: "install Node 22.14 or newer" },
  ]);
  const levels = [
    { node: "22.13.1" },
    { node: "22.14.0" },
    { node: "24.0.0", deno: "2.8.9" },
    { node: "24.0.0", deno: "2.9.0" },
    { node: "26.0.0", bun: "1.3.9" },
    { node: "26.0.0", bun: "1.4.5" },
  ];
  expect(levels.map((versions) => checkRuntime(versions)[0]?.level)).toEqual([
    "wrong",
    "good",
    "wrong",
    "good",
    "wrong",
    "good",
  ]);
});
