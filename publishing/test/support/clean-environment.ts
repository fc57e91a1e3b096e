/** The environment of a user: nothing that this repository, its npm or its test runner have set. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|TURBO|BD|BEADS|GT|INIT_CWD)/i.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}
