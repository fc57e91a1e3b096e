import { expect, test } from "vitest";
import { signsFor } from "../../src/output.ts";

test.each([
  [{ LANG: "en_GB.UTF-8" }, "✓"],
  [{ LANG: "C", LC_CTYPE: "C.utf8" }, "✓"],
  [{ LANG: "en_GB.UTF-8", LC_ALL: "C" }, "+"],
  [{ LANG: "en_GB.UTF-8", LC_ALL: "" }, "✓"],
  [{ LANG: "en_GB.UTF-8", TERM: "dumb" }, "+"],
  [{ LANG: "de_DE.ISO-8859-1" }, "+"],
  [{}, "+"],
])("takes signs that %o can show", (env, landed) => {
  expect(signsFor(env)("✓")).toBe(landed);
});
