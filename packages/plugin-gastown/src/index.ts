export type {
  AnyPlugin,
  AutomationPlugin,
  LogFields,
  PluginContext,
  PluginEvent,
  PluginFactory,
  PluginHandle,
  PluginLogger,
} from "./contract.ts";
export { isNotReady, NotReadyError } from "./not-ready.ts";
export { type ConvoyWatcherSettings, createConvoyWatcher as default } from "./plugin.ts";
