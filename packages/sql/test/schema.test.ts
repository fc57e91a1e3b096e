import { expect, test } from "vitest";
import { shapeOf } from "../src/index.ts";

test("the shape is read off the columns, not off a version", () => {
  const columns = (dependencies: readonly string[]) =>
    shapeOf(
      "hq",
      new Map([
        ["issues", new Set(["id", "status"])],
        ["dependencies", new Set(["issue_id", "type", ...dependencies])],
      ]),
    );
  expect(columns(["depends_on_id"]).dependencies).toBe("single");
  expect(columns(["depends_on_issue_id", "depends_on_wisp_id", "depends_on_external"]).dependencies).toBe("split");
  expect(columns(["depends_on_issue_id"]).dependencies).toBe(false);
  expect(columns([]).wisps).toBeUndefined();
});
