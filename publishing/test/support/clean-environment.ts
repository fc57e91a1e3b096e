/** The environment of a user: nothing that this repository, its npm or its test runner have set. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|TURBO|BD|BEADS|GT|INIT_CWD)/i.test(name),
  );
  // npm would leave a cache of its compiled code among the temporary files.
  return { ...Object.fromEntries(kept), NODE_DISABLE_COMPILE_CACHE: "1", ...more };
}
