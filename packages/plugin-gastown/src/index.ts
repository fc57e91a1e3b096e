export {
  type AnyPlugin,
  type AutomationPlugin,
  type ConfigSchema,
  isNotReady,
  type LogFields,
  type NeededVariables,
  NotReadyError,
  type PluginContext,
  type PluginEvent,
  type PluginFactory,
  type PluginHandle,
  type PluginLogger,
  type PluginStatus,
  type Preflight,
  type PreflightContext,
} from "@gastown/plugin-api";
export { type ConvoyWatcherSettings, createConvoyWatcher as default } from "./plugin.ts";
