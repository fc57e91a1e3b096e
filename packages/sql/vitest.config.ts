// @boundaries-ignore the settings are shared
export { default } from "../../vitest.shared.ts";
