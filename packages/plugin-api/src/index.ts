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
export { definePlugin, isNotReady, NotReadyError, type PluginDefinition, type RunContext } from "./define-plugin.ts";
