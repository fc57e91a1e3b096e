// The bundle of the command line: one file to start with, and chunks for what each command needs beyond it, so that no
// command loads what it does not use (docs/decisions/0005). better-sqlite3 stays outside, because it is native.
import { readdir, rm, writeFile } from "node:fs/promises";
import { build } from "rolldown";
import { thirdPartyLicences } from "./third-party-licences.mjs";

const isOurs = (id) => /[\\/]packages[\\/][^\\/]+[\\/]src[\\/]/.test(id);

const { output } = await build({
  input: {
    cli: "src/cli.ts",
    "demo-bd": "../../test-fixtures/src/programs/bd.ts",
    "demo-gt": "../../test-fixtures/src/programs/gt.ts",
    "demo-dolt-bd": "../../test-fixtures/src/dolt/bd.ts",
    "demo-dolt-gt": "../../test-fixtures/src/dolt/gt.ts",
  },
  platform: "node",
  external: ["better-sqlite3"],
  // Without it, whoever imports one function of a package of ours gets everything its index imports: execa for `list`.
  treeshake: { moduleSideEffects: (id) => !isOurs(id) },
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: false,
    // Node keeps the source of what it runs in memory, at two bytes a character if a single one is beyond Latin-1.
    comments: { jsdoc: false },
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  },
  logLevel: "warn",
});
const licences = "THIRD-PARTY-LICENSES.txt";
await writeFile(`dist/${licences}`, await thirdPartyLicences(output.flatMap(({ moduleIds = [] }) => moduleIds)));
await rm(".compile-cache", { recursive: true, force: true });

// Last, so that a command line that is just starting finds its files.
const built = new Set([licences, ...output.map(({ fileName }) => fileName)]);
for (const name of await readdir("dist")) if (!built.has(name)) await rm(`dist/${name}`, { recursive: true });
