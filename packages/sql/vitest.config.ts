// @boundaries-ignore the settings are shared
export { oneWorker as default } from "../../vitest.shared.ts";
