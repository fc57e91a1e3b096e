import type { Manifest } from "./workspace.ts";

/** The manifest that users get: without what only the repository needs, and with `src/x.ts` replaced by what is made of it. */
export function publishedManifest(input: Manifest): Manifest {
  const { scripts: _, devDependencies: __, private: ___, publishConfig = {}, exports = {}, ...rest } = input;
  const { directory: ____, ...config } = publishConfig;
  return {
    ...rest,
    exports: Object.fromEntries(Object.entries(exports).map(([path, target]) => [path, compiled(target)])),
    publishConfig: config,
  };
}

type Target = NonNullable<Manifest["exports"]>[string];

function compiled(target: Target): Target {
  const name = typeof target === "string" ? /^\.\/src\/(.+)\.ts$/.exec(target)?.[1] : undefined;
  return name === undefined ? target : { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}
