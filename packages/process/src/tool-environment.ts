/** Variables that would lead `bd` and `gt` to another database, or to another output, than the town's. */
const MISLEADING = ["BEADS_DIR", "BEADS_DB", "BD_DB", "BEADS_DOLT_SERVER_DATABASE", "BD_JSON_ENVELOPE"] as const;

/** The environment for `bd` and `gt`: this one, without what would lead them elsewhere. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...env };
  for (const name of MISLEADING) delete clean[name];
  return clean;
}
