import { readFileSync } from "node:fs";
import { connect, isIP } from "node:net";
import * as tls from "node:tls";
import type { ServerAddress } from "@gastown/town-files";
import type { ConnectionOptions } from "mysql2";
import { createCredential } from "./credential-command.ts";
import { Refusal } from "./faults.ts";
import { STATEMENT_LIMIT } from "./guarded-query.ts";

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
