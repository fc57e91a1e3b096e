import { readFileSync } from "node:fs";
import { connect, isIP } from "node:net";
import * as tls from "node:tls";
import type { ServerAddress } from "@gastown/town-files";
import type { Connection, ConnectionOptions } from "mysql2";
import { createCredential } from "./credential-command.ts";
import { ofDriver, Refusal } from "./faults.ts";
import { guardedQuery, STATEMENT_LIMIT } from "./statement-guard.ts";

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
    ...tlsOptions(address),
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
function tlsOptions({ host, port, tls: asked }: ServerAddress): ConnectionOptions {
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
    ssl: { ca: trusted(asked.caFile), rejectUnauthorized: true, verifyIdentity: true, minVersion: "TLSv1.2" },
  };
}

/** A file of its own, else what the runtime and the system trust (`SSL_CERT_FILE` and the like). */
function trusted(caFile: string | undefined): string[] {
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
  // Not every runtime tells.
  if (typeof tls.getCACertificates !== "function") return [...tls.rootCertificates];
  return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

/** One connection that is nobody else's: what the server ties to a connection ends with it. */
export interface LoneConnection {
  /** Aborted once the connection has ended, however. */
  readonly ended: AbortSignal;
  /** Runs one read; rejects with what the driver says. */
  rows(statement: string): Promise<Record<string, unknown>[]>;
  /** Ends another connection of the same user. Rejects with what the driver says. */
  kill(id: number): Promise<void>;
  close(): void;
}

/** Rejects with what the driver says. */
export async function connectAlone({ options }: Connecting): Promise<LoneConnection> {
  const { createConnection } = await import("mysql2");
  const connection: Connection = createConnection(await options());
  const end = new AbortController();
  connection.on("end", () => end.abort());
  connection.on("error", () => end.abort());
  const query = guardedQuery(connection);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(ofDriver(error))));
  await promise;
  return {
    ended: end.signal,
    rows: (statement) =>
      new Promise((fulfil, fail) => {
        query(statement, [], (error, rows) => (error === null || error === undefined ? fulfil(rows) : fail(error)));
      }),
    kill(id) {
      if (!Number.isSafeInteger(id) || id <= 0) throw new RangeError(`no connection has the number ${id}`);
      return new Promise((fulfil, fail) => {
        // Not a statement that may be prepared; and not one that reads, so that it has a way of its own.
        const timer = setTimeout(() => connection.destroy(), STATEMENT_LIMIT);
        connection.query(`kill ${id}`, (error) => {
          clearTimeout(timer);
          if (error === null) fulfil();
          else fail(ofDriver(error));
        });
      });
    },
    close() {
      connection.destroy();
      end.abort();
    },
  };
}
