// One bundle for the command line; better-sqlite3 stays outside, because it is native.
import { readdir, rm } from "node:fs/promises";
import { build } from "rolldown";

const { output } = await build({
  input: {
    cli: "src/cli.ts",
    "demo-bd": "../../test-fixtures/src/programs/bd.ts",
    "demo-gt": "../../test-fixtures/src/programs/gt.ts",
  },
  platform: "node",
  external: ["better-sqlite3"],
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: false,
    minify: "dce-only",
  },
  logLevel: "warn",
});
await rm(".compile-cache", { recursive: true, force: true });

// Last, so that a command line that is just starting finds its files.
const built = new Set(output.map(({ fileName }) => fileName));
for (const name of await readdir("dist")) if (!built.has(name)) await rm(`dist/${name}`, { recursive: true });
