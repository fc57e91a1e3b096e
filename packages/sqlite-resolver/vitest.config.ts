import { fileURLToPath } from "node:url";
import { mergeConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../../vitest.shared.ts";

/** A process must not have two SQLites on one file: each drops the locks of the other. So the town is written by the same one. */
const alias = { "better-sqlite3": fileURLToPath(new URL("test/support/as-better-sqlite3.ts", import.meta.url)) };

/**
 * On Deno, where node-sqlite is the driver that needs no permission, the other one is shown to read, to follow and to
 * notice files that were replaced.
 */
const withNative =
  "Deno" in globalThis
    ? ["connection", "drivers", "runtime", "change-feed/commits", "change-feed/lost-files"].map(
        (name) => `test/${name}.test.ts`,
      )
    : ["test/**/*.test.ts"];

/** Everything twice, once with each driver. */
export default mergeConfig(shared, {
  test: {
    projects: [
      {
        extends: true,
        test: { name: "better-sqlite3", include: withNative, env: { CONVOY_SQLITE_DRIVER: "better-sqlite3" } },
      },
      {
        extends: true,
        resolve: { alias },
        test: { name: "node-sqlite", env: { CONVOY_SQLITE_DRIVER: "node-sqlite" } },
      },
    ],
  },
});
