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
} from "@gastown/plugin-api";
export { isNotReady, NotReadyError } from "@gastown/plugin-api";
export { type ConvoyWatcherSettings, createConvoyWatcher as default } from "./plugin.ts";
