import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, isIP } from "node:net";
import type { ServerAddress } from "@gastown/town-files";
import type { ConnectionOptions } from "mysql2";
import { Refusal } from "./faults.ts";

/** How long a statement, or a connection being made, may take, in milliseconds. */
export const STATEMENT_LIMIT = 5_000;

/** How connections to a server are made. */
export interface Connecting {
  /** Fails with a `Refusal` when it is not to be connected to as things are. */
  options(): Promise<ConnectionOptions>;
  /** They are others each time: the user is a token that ends. */
  readonly changing: boolean;
}

export function connectingTo(address: ServerAddress): Connecting {
  const { host, port, user, password, socket, credentialCommand } = address;
  const credential = credentialCommand === undefined ? undefined : createCredential(credentialCommand);
  const options = async (): Promise<ConnectionOptions> => ({
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    ...(await tlsOptions(address)),
    user: credential === undefined ? user : await credential(),
    password,
    maxPreparedStatements: 256,
    connectTimeout: STATEMENT_LIMIT,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    dateStrings: true,
    flags: ["-LOCAL_FILES"],
  });
  return { options, changing: credential !== undefined };
}

/**
 * The certificate is verified for the name, as bd's driver does it; the driver here takes the host for the name, so that
 * another host is dialled by ourselves. It cannot verify an address of the network: that is refused.
 */
async function tlsOptions({ host, port, tls: asked }: ServerAddress): Promise<ConnectionOptions> {
  if (asked === undefined) return {};
  const name = /^(?:127(?:\.\d+){3}|::1)$/.test(asked.name) ? "localhost" : asked.name;
  if (isIP(name) !== 0) {
    throw new Refusal(
      "unsupported",
      `TLS is asked for, and there is no name to verify a certificate for: ${name} is an address`,
      "give the host by its name; nothing was sent",
    );
  }
  return {
    host: name,
    ...(name !== host && { stream: () => connect(port, host) }),
    ssl: { ca: await trusted(asked.caFile), rejectUnauthorized: true, verifyIdentity: true, minVersion: "TLSv1.2" },
  };
}

/** A file of its own, else what the runtime and the system trust (`SSL_CERT_FILE` and the like). */
async function trusted(caFile: string | undefined): Promise<string[]> {
  if (caFile !== undefined) {
    try {
      return [readFileSync(caFile, "utf8")];
    } catch (error) {
      throw new Refusal(
        "unreadable",
        `the certificates to trust cannot be read: ${caFile}`,
        "check tls_ca_cert in proxied_server_client_info.json; nothing was sent",
        { cause: error },
      );
    }
  }
  // Imported only here: it was a sixth of the time that a command takes to start. Not every runtime tells.
  const tls = await import("node:tls");
  if (typeof tls.getCACertificates !== "function") return [...tls.rootCertificates];
  return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

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
