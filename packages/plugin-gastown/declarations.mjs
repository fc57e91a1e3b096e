import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isolatedDeclarationSync } from "rolldown/experimental";

/**
 * Writes the declarations of these modules, and of those whose types they mention.
 *
 * @throws when one needs more than its own file to be declared, or mentions a package that is not published
 */
export async function writeDeclarations(names, from, to) {
  await rm(to, { recursive: true, force: true });
  const seen = new Set();
  const write = async (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const file = join(from, `${name}.ts`);
    const { code, errors } = isolatedDeclarationSync(file, await readFile(file, "utf8"));
    if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
    const own = /from "(@gastown\/(?!plugin-api)[^"]+)"/.exec(code)?.[1];
    if (own !== undefined) throw new Error(`${file}: its types need ${own}, which is bundled and not published`);
    await mkdir(dirname(join(to, name)), { recursive: true });
    await writeFile(join(to, `${name}.d.ts`), code.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
    for (const [, path] of code.matchAll(/from "(\.[^"]*)\.ts"/g)) await write(join(dirname(name), path));
  };
  for (const name of names) await write(name);
}
