import { execFile } from "node:child_process";
import { Refusal } from "./faults.ts";

/** As long as bd waits for it, in milliseconds. */
const LIMIT = 30_000;
/** How long a token is good that says nothing of it, in milliseconds, and how long before its end another is asked for. */
const LIFETIME = 60_000;
const MARGIN = 10_000;

/** What a helper printed: a token, and when it ends (milliseconds since the epoch) if it says so. */
export interface Token {
  readonly token: string;
  readonly expires?: number;
}

/** A token says by the wall clock when it ends. */
// oxlint-disable-next-line no-restricted-properties
const wall = (): number => Date.now();

/** Says nothing of what was printed, which may be the secret. */
const refuse = (what: string): Refusal =>
  new Refusal(
    "denied",
    `BEADS_DOLT_CREDENTIAL_COMMAND gave no token: ${what}`,
    "run it by hand, in the environment of the watcher; no other user is tried",
  );

/** A helper that mints short-lived tokens: run when one is needed, at most once at a time, and not again before its token ends. */
export function createCredential(command: string, now: () => number = wall): () => Promise<string> {
  let known: { readonly token: string; readonly until: number } | undefined;
  let running: Promise<string> | undefined;
  const mint = async (): Promise<string> => {
    try {
      const { token, expires } = parseToken(await run(command));
      known = { token, until: (expires ?? now() + LIFETIME) - MARGIN };
      return token;
    } finally {
      running = undefined;
    }
  };
  return async () => (known !== undefined && now() < known.until ? known.token : await (running ??= mint()));
}

/** By a shell, as bd does: the user wrote it for one. */
function run(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", command], { timeout: LIMIT, killSignal: "SIGKILL" }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (error.killed === true) reject(refuse(`it did not end within ${LIMIT / 1_000} s`));
      else
        reject(
          refuse(
            `it failed (${typeof error.code === "number" ? `exit ${error.code}` : (error.code ?? "by a signal")})`,
          ),
        );
    });
  });
}

/**
 * A bare token, or JSON with `token` or `access_token`, and `expirationTimestamp` or `expires_in`.
 *
 * @throws {Refusal}
 */
export function parseToken(output: string, now: number = wall()): Token {
  const text = output.trim();
  if (!text.startsWith("{")) return { token: usable(text) };
  const { token, access_token, expirationTimestamp, expires_in } = objectOf(text);
  const stamp = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : Number.NaN;
  const expires = Number.isNaN(stamp)
    ? typeof expires_in === "number" && expires_in > 0
      ? now + expires_in * 1_000
      : undefined
    : stamp;
  const said = typeof token === "string" && token !== "" ? token : access_token;
  return { token: usable(typeof said === "string" ? said : ""), ...(expires !== undefined && { expires }) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw refuse("what it printed is no JSON");
  }
}

function usable(token: string): string {
  if (token === "") throw refuse("it printed no token");
  if (/\s/.test(token)) throw refuse("what it printed is no token: it has spaces");
  if (/[:@/]/.test(token)) throw refuse("its token has a character that no user's name may have");
  return token;
}
