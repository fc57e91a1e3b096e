/** A test of the contract: it needs no test framework, only something that runs functions and reports what they throw. */
export interface ContractTest {
  readonly name: string;
  /** Why it cannot be run for this subject. */
  readonly skip?: string;
  run(): Promise<void>;
}

/** How most frameworks declare a test; `skip` may be absent. */
export interface DeclareTest {
  (name: string, run: () => Promise<void>): unknown;
  readonly skip?: (name: string, run: () => Promise<void>) => unknown;
}

/** Hands the tests to a framework: `declare(test, pluginContract(subject))`. */
export function declare(test: DeclareTest, tests: readonly ContractTest[]): void {
  for (const { name, skip, run } of tests) {
    if (skip === undefined) test(name, run);
    else test.skip?.(`${name} (left out: ${skip})`, run);
  }
}

/** Fails when something that must happen does not. */
export async function soon<T>(what: string, promise: T | PromiseLike<T>, ms = 15_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What a promise came to, as a value. */
export async function outcome(promise: unknown): Promise<"resolved" | { readonly error: unknown }> {
  try {
    await promise;
    return "resolved";
  } catch (error) {
    return { error };
  }
}
