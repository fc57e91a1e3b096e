import { DatabaseError, type DatabaseFault } from "@gastown/convoy-core";

/** By number where there is one: what servers say in words differs. */
const BY_NUMBER: ReadonlyMap<number, DatabaseFault> = new Map([
  [1044, "denied"],
  [1045, "denied"],
  [1130, "denied"],
  [1142, "denied"],
  [1143, "denied"],
  [1251, "denied"],
  [1698, "denied"],
  [1049, "missing"],
  [1054, "foreign"],
  [1146, "foreign"],
  [1040, "unreachable"],
  [1053, "unreachable"],
  [1077, "unreachable"],
  [1203, "unreachable"],
  [1205, "locked"],
  [1213, "locked"],
]);

const NETWORK =
  /^(?:ECONN\w+|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_\w+|EPIPE|EACCES|EADDRNOTAVAIL|PROTOCOL_\w+|POOL_\w+|HANDSHAKE_\w+)$/;

/** What the driver says, without a code, of a connection that ended before it was asked. */
const CLOSED = /in closed state|Pool is closed/;
const BROKEN = /^(?:ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST|PROTOCOL_ENQUEUE_AFTER_\w+)$/;

const HINTS: Partial<Record<DatabaseFault, string>> = {
  unreachable:
    "start it with `gt dolt start`; it is tried again. Its address comes from .dolt-data/config.yaml, metadata.json, GT_DOLT_* and BEADS_DOLT_*",
  denied:
    "check the user in metadata.json (dolt_server_user), and GT_DOLT_USER, GT_DOLT_PASSWORD, BEADS_DOLT_SERVER_USER, BEADS_DOLT_PASSWORD",
  missing: "check `dolt_database` in metadata.json; `gt dolt list` names the databases of the server",
  foreign: "bring the database up to date with `bd migrate`, or check `dolt_database` in metadata.json",
  empty: "run `bd init` there, or check `dolt_database` in metadata.json",
  locked: "it is tried again",
  unreadable: "look at the server's log (daemon/dolt.log in the town)",
};

/** A fault of a database on a server, with the hint that goes with it. Names no address and nobody. */
export function doltError(fault: DatabaseFault, database: string, what: string, cause?: unknown): DatabaseError {
  const options = cause === undefined ? {} : { cause };
  return new DatabaseError(
    fault,
    database,
    cannotBeRead(database, what),
    HINTS[fault] ?? "see `convoy-cli help errors`",
    options,
  );
}

function cannotBeRead(database: string, what: string): string {
  return `the Dolt database ${database} cannot be read: ${what}`;
}

/** Why a server is not asked as things are: nothing was sent to it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly fault: DatabaseFault;
  /** One sentence that names what to do. */
  readonly hint: string;

  constructor(fault: DatabaseFault, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.hint = hint;
  }
}

/** Of what a certificate is told to lack, in characters. */
const LONGEST_REASON = 200;
const TRUST =
  "name the file of its authority in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS, and the host as its certificate does; nothing was sent";

/** Dolt's number for most of what goes wrong. */
const UNKNOWN = 1105;
/** Servers that take TLS alone: MySQL and MariaDB by this number, Dolt 2.3.1 by these words. */
const TLS_ONLY = { number: 3159, words: /does not allow insecure connections/ };

/** What came out of the driver. It throws errors of every class when a server speaks another protocol. */
const fromDriver = new WeakSet<object>();

/** Notes that the driver said this, so that no class of error is mistaken for a fault of this program. */
export function ofDriver(error: unknown): unknown {
  const known = typeof error === "object" && error !== null ? error : new Error(String(error));
  fromDriver.add(known);
  return known;
}

/** What the driver or the server threw, as a `DatabaseError`; faults of this program, which are no fault of a server, as they are. */
export function asDoltError(error: unknown, database: string): unknown {
  if (error instanceof DatabaseError) return error;
  if (!(error instanceof Error)) return doltError("unreadable", database, "the driver failed without a reason", error);
  if ((error instanceof TypeError || error instanceof RangeError) && !fromDriver.has(error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const number = "errno" in error && typeof error.errno === "number" ? error.errno : 0;
  if (error instanceof Refusal)
    return new DatabaseError(error.fault, database, cannotBeRead(database, error.message), error.hint, {
      cause: error,
    });
  if (code === "HANDSHAKE_NO_SSL_SUPPORT")
    return new DatabaseError(
      "denied",
      database,
      cannotBeRead(database, "TLS is asked for, and the server offers none"),
      "let the server have a certificate, or take dolt_server_tls out of metadata.json (BEADS_DOLT_SERVER_TLS); nothing was sent",
      { cause: error },
    );
  if (code === "HANDSHAKE_SSL_ERROR")
    return new DatabaseError(
      "denied",
      database,
      cannotBeRead(
        database,
        `the server's certificate cannot be verified (${error.message.split(";")[0]?.slice(0, LONGEST_REASON)})`,
      ),
      TRUST,
      { cause: error },
    );
  // Deno's refusal, by the name that is all it has.
  if (error.name === "NotCapable")
    return new DatabaseError(
      "unreachable",
      database,
      cannotBeRead(database, "Deno does not let this program connect to the server"),
      "add its address to --allow-net: `convoy-cli help deno` has the permissions",
      { cause: error },
    );
  if (number === TLS_ONLY.number || (number === UNKNOWN && TLS_ONLY.words.test(error.message)))
    return new DatabaseError(
      "denied",
      database,
      cannotBeRead(database, "the server takes nobody without TLS"),
      "set `dolt_server_tls` to true in metadata.json, or BEADS_DOLT_SERVER_TLS=1; over a Unix socket there is none",
      { cause: error },
    );
  const fault = BY_NUMBER.get(number);
  if (fault === "denied") return doltError(fault, database, "the server does not let us in", error);
  if (fault === "missing") return doltError(fault, database, "the server has no database of that name", error);
  if (fault === "foreign")
    return doltError(fault, database, "it lacks a table or a column that every beads database has", error);
  if (fault === "locked") return doltError(fault, database, "the server waits for a lock", error);
  if (fault === "unreachable") return doltError(fault, database, "the server takes no connection now", error);
  if (NETWORK.test(code) || "syscall" in error)
    return doltError(
      "unreachable",
      database,
      `the server does not answer (${code === "" ? "no reason given" : code})`,
      error,
    );
  if (CLOSED.test(error.message)) return doltError("unreachable", database, "the connection has ended", error);
  if (code.startsWith("AUTH_SWITCH_"))
    return doltError("denied", database, "the server asks for a way to sign in that this program does not know", error);
  // Dolt has one number for most of what goes wrong.
  if (/could not be found in any table|does not have column|table not found/i.test(error.message))
    return doltError("foreign", database, "it lacks a table or a column that every beads database has", error);
  if (number > 0) return doltError("unreadable", database, `the server said ${code === "" ? number : code}`, error);
  return doltError("unreadable", database, `the driver failed (${code === "" ? error.name : code})`, error);
}

/** Whether the server answered, and does not let us in. */
export function isRefused(error: unknown): boolean {
  const fault = asDoltError(error, "");
  return fault instanceof DatabaseError && fault.fault === "denied";
}

/**
 * Whether the fault may be one of the session, so that another one may do: one that has seen a database before it was
 * dropped and made anew asks Dolt for a root that is gone, and fails for all databases.
 */
export function isOfSession(error: unknown): boolean {
  if (!(error instanceof Error) || !("errno" in error) || error.errno !== UNKNOWN) return false;
  const fault = asDoltError(error, "");
  return fault instanceof DatabaseError && fault.fault === "unreadable";
}

/** Whether the connection broke, so that another one may do. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (CLOSED.test(error.message)) return true;
  return "code" in error && BROKEN.test(String(error.code));
}
