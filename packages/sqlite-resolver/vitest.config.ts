import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../../vitest.shared.ts";

/** A process must not have two SQLites on one file: each drops the locks of the other. So the town is written by the same one. */
const alias = { "better-sqlite3": fileURLToPath(new URL("test/support/as-better-sqlite3.ts", import.meta.url)) };

/**
 * What is not run over both drivers: the tables' rules, which are about rows; and on Deno, where node-sqlite is the driver
 * that needs no permission, all but what shows that the other one reads, follows, and notices files that were replaced.
 */
const once = "test/tables.test.ts";
const onDeno = ["faults", "oracle", "places", "projects", "schemas", "watch-directory"].map(
  (name) => `test/${name}.test.ts`,
);
const feedOnDeno = ["events", "faults", "files", "rest", "rigs"].map((name) => `test/change-feed/${name}.test.ts`);
const notNative = "Deno" in globalThis ? [...onDeno, ...feedOnDeno] : [];

/** Everything twice, once with each driver. */
export default mergeConfig(shared, {
  test: {
    projects: [
      {
        extends: true,
        test: { name: "better-sqlite3", exclude: notNative, env: { CONVOY_SQLITE_DRIVER: "better-sqlite3" } },
      },
      {
        extends: true,
        resolve: { alias },
        test: { name: "node-sqlite", exclude: [once], env: { CONVOY_SQLITE_DRIVER: "node-sqlite" } },
      },
    ],
  },
});
