export type {
  AnyPlugin,
  AutomationPlugin,
  ConfigSchema,
  LogFields,
  NeededVariables,
  PluginContext,
  PluginEvent,
  PluginFactory,
  PluginHandle,
  PluginLogger,
  PluginStatus,
  Preflight,
  PreflightContext,
} from "./contract.ts";
export { definePlugin, type PluginDefinition, type RunContext } from "./define-plugin.ts";
export { isNotReady, NotReadyError } from "./define-plugin.ts";
