import type { Call, Control } from "@gastown/test-fixtures";

/** Calls of gt but for the question what it can do. */
export function landings(control: Control): readonly Call[] {
  return control.calls("gt").filter(({ argv }) => argv[0] === "convoy" && !argv.includes("--help"));
}
