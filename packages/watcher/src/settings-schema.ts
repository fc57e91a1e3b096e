import { allowedFor, allSettings, type Setting } from "./settings-table.ts";

/** JSON Schema of the settings file, for editors: name it as `$schema` in the file. */
export function settingsJsonSchema(): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:gastown:convoy-cli:settings",
    title: "Settings of the convoy watcher",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      ...Object.fromEntries(allSettings().map(([name, setting]) => [name, propertyOf(setting)])),
    },
  };
}

function propertyOf(setting: Setting): object {
  const description = `${setting.help}. Allowed: ${allowedFor(setting)}.`;
  switch (setting.kind) {
    case "words":
      return { description, type: "array", minItems: 1, items: { enum: setting.words }, default: setting.byDefault };
    case "word":
      return {
        description,
        enum: setting.words,
        ...(setting.byDefault !== undefined && { default: setting.byDefault }),
      };
    case "time":
      return { description, type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$", default: setting.byDefault };
    case "path":
      return { description, type: "string", minLength: 1 };
    default: {
      const words = { type: "array", minItems: 1, items: { type: "string" } };
      return { description, anyOf: [{ type: "string", minLength: 1 }, words] };
    }
  }
}
