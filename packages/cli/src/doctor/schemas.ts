import { DatabaseError } from "@gastown/convoy-core";
import { type OpenedStore, schemaFault, type Version } from "@gastown/convoy-watcher";
import type { Finding } from "./check.ts";

/** Each database's schema against what this bd knows; only those that do not go together. */
export async function checkSchemas(files: OpenedStore["files"], bd: Version | undefined): Promise<Finding[]> {
  if (bd === undefined) return [];
  const findings: Finding[] = [];
  for (const { rig, open } of files.places()) {
    const schema = await schemaOf(open);
    const fault = schema === undefined ? undefined : schemaFault(schema, bd);
    if (fault !== undefined) findings.push({ name: `${rig} schema`, ...fault });
  }
  return findings;
}

async function schemaOf(open: ReturnType<OpenedStore["files"]["places"]>[number]["open"]): Promise<number | undefined> {
  try {
    return await (await open()).schema?.();
  } catch (error) {
    // That it cannot be read is told of elsewhere.
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}
