// One bundle for the command line; better-sqlite3 stays outside, because it is native.
import { rm } from "node:fs/promises";
import { build } from "rolldown";

await rm("dist", { recursive: true, force: true });
await rm(".compile-cache", { recursive: true, force: true });
await build({
  input: { cli: "src/cli.ts", "demo-bd": "../../test-fixtures/src/programs/bd.ts", "demo-gt": "../../test-fixtures/src/programs/gt.ts" },
  platform: "node",
  external: ["better-sqlite3"],
  output: { dir: "dist", format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js", sourcemap: false, minify: "dce-only" },
  logLevel: "warn",
});
