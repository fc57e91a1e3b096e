import { expect, test } from "vitest";
import { onDeno } from "./support/own-command.ts";
import { scene } from "./support/scene.ts";

const name = process.versions["deno"] === undefined ? "Node" : "Deno";

test(`these tests run on ${name}, and so does the command line that they start`, async () => {
  expect(onDeno).toBe(name === "Deno");
  const { stdout } = await scene().run(["doctor", "--json"]);
  const { checks } = JSON.parse(stdout) as { checks: { group: string; name: string; fact: string }[] };
  expect(checks.find(({ group }) => group === "runtime")).toMatchObject({
    name,
    fact: process.versions[name.toLowerCase()],
  });
});
