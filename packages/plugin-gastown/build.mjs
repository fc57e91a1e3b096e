// The bundle of plugin, host and contract suite, with shared chunks, so that all three have the same classes; and the
// types of what is exported. better-sqlite3 stays outside, because it is native.
import { readdir, rm, writeFile } from "node:fs/promises";
import { build } from "rolldown";
// @boundaries-ignore a script that the packages with a bundle share
import { thirdPartyLicences } from "../cli/third-party-licences.mjs";
import { writeDeclarations } from "./declarations.mjs";

const isOurs = (id) => /[\\/]packages[\\/][^\\/]+[\\/]src[\\/]/.test(id);

const { output } = await build({
  input: { index: "src/index.ts", host: "src/host/cli.ts", "contract-suite": "src/contract-suite.ts" },
  platform: "node",
  external: ["better-sqlite3"],
  treeshake: { moduleSideEffects: (id) => !isOurs(id) },
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: false,
    // As for the command line: Node keeps the source of what it runs in memory.
    comments: { jsdoc: false },
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  },
  logLevel: "warn",
});
const licences = "THIRD-PARTY-LICENSES.txt";
const notices = await thirdPartyLicences(output.flatMap(({ moduleIds = [] }) => moduleIds));
await writeFile(`dist/${licences}`, notices.replace("convoy-cli", "plugin-gastown"));
await writeDeclarations(["index", "contract-suite"], "src", "dist/types");
await rm(".compile-cache", { recursive: true, force: true });

// Last, so that a process that is just starting finds its files.
const built = new Set([licences, "types", ...output.map(({ fileName }) => fileName)]);
for (const name of await readdir("dist")) if (!built.has(name)) await rm(`dist/${name}`, { recursive: true });
