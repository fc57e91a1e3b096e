import { WatcherError } from "@gastown/convoy-core";

/** A fault of the plugin host. Its code is one of those listed in docs/plugins.md. */
export class HostError extends WatcherError {
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    hint: string,
    options: ErrorOptions & { readonly exitCode?: number } = {},
  ) {
    super(code, message, hint, options);
    this.exitCode = options.exitCode ?? 1;
  }
}
