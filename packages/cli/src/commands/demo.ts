import type { CommonOptions } from "../options.ts";

export async function demoCommand(_options: CommonOptions & { fast?: true }): Promise<number> {
  return 1;
}
