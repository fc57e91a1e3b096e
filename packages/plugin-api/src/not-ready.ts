/**
 * The plugin cannot start now, and may be able to later: a host tries again. Hosts know it by its `code`, so a plugin
 * needs nothing of this package to throw one.
 */
export class NotReadyError extends Error {
  override readonly name: string = "NotReadyError";
  readonly code = "not-ready";
  /** What to do about it, in a sentence, if a person can do anything. */
  readonly hint: string | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options);
    this.hint = options?.hint;
  }
}

/** Whether an error says that another try may succeed. */
export function isNotReady(error: unknown): error is Error & { readonly code: "not-ready" } {
  return error instanceof Error && "code" in error && error.code === "not-ready";
}
