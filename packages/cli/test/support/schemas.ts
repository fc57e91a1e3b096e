import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

const dir = fileURLToPath(new URL("../../../../docs/schema/", import.meta.url));

/** Names of the documented shapes. */
export const SCHEMAS: readonly string[] = readdirSync(dir).map((file) => file.replace(".schema.json", ""));

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
for (const name of SCHEMAS) ajv.addSchema(JSON.parse(readFileSync(`${dir}${name}.schema.json`, "utf8")) as object);

/** Fails, with the reasons, when the value has not the documented shape. */
export function expectShape(name: string, value: unknown): void {
  const validate = ajv.getSchema(`urn:gastown:convoy-cli:${name}`);
  if (validate === undefined) throw new Error(`There is no schema ${name}`);
  const valid = validate(value) as boolean;
  expect(
    valid
      ? []
      : validate.errors?.map((error) => `${error.instancePath} ${error.message ?? ""} ${JSON.stringify(error.params)}`),
  ).toEqual([]);
}
