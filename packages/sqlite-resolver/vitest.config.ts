import { fileURLToPath } from "node:url";
import { mergeConfig, type ViteUserConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../../vitest.shared.ts";

/** A process must not have two SQLites on one file: each drops the locks of the other. So the town is written by the same one. */
const alias = { "better-sqlite3": fileURLToPath(new URL("test/support/as-better-sqlite3.ts", import.meta.url)) };

/**
 * What does not run over both drivers. All of it runs over the one that is the default on this runtime: better-sqlite3, on
 * Deno node-sqlite, which needs no permission there. The other one is shown to read, to follow, to keep its answers
 * those of another process, and to notice files that were replaced.
 */
const files = ["faults", "places", "projects", "tables", "watch-directory"].map((name) => `test/${name}.test.ts`);
const feeds = ["events", "faults", "files", "rest", "rigs"].map((name) => `test/change-feed/${name}.test.ts`);
const once = [...files, ...feeds];
const onDeno = "Deno" in globalThis;
const native = onDeno ? [...once, "test/oracle.test.ts", "test/schemas.test.ts"] : [];
const builtIn = onDeno ? [] : once;

/** Once with each driver. */
const config: ViteUserConfig = mergeConfig(shared, {
  test: {
    projects: [
      {
        extends: true,
        test: { name: "better-sqlite3", exclude: native, env: { CONVOY_SQLITE_DRIVER: "better-sqlite3" } },
      },
      {
        extends: true,
        resolve: { alias },
        test: { name: "node-sqlite", exclude: builtIn, env: { CONVOY_SQLITE_DRIVER: "node-sqlite" } },
      },
    ],
  },
});

export default config;
