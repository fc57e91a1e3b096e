import { expect, test } from "vitest";
import { loadDriver } from "../src/index.ts";
import { driver } from "./support/driver.ts";

test(`these tests run on ${process.versions["deno"] === undefined ? "Node" : "Deno"}, over ${driver}`, async () => {
  expect("Deno" in globalThis).toBe(process.versions["deno"] !== undefined);
  expect((await loadDriver(driver)).name).toBe(driver);
  expect(driver).toBe(process.env["CONVOY_SQLITE_DRIVER"]);
});
