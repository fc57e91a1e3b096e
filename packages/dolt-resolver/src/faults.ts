import { DatabaseError, type DatabaseFault } from "@gastown/convoy-core";

const FOREIGN = "it lacks a table or a column that every beads database has";

/** By number where there is one: what servers say in words differs. */
const BY_NUMBER: readonly {
  readonly fault: DatabaseFault;
  readonly numbers: readonly number[];
  readonly what: string;
}[] = [
  { fault: "denied", numbers: [1044, 1045, 1130, 1142, 1143, 1251, 1698], what: "the server does not let us in" },
  { fault: "missing", numbers: [1049], what: "the server has no database of that name" },
  { fault: "foreign", numbers: [1054, 1146], what: FOREIGN },
  { fault: "unreachable", numbers: [1040, 1053, 1077, 1203], what: "the server takes no connection now" },
  { fault: "locked", numbers: [1205, 1213], what: "the server waits for a lock" },
];

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
export function doltError(
  fault: DatabaseFault,
  database: string,
  what: string,
  cause?: unknown,
  hint: string = HINTS[fault] ?? "see `convoy-cli help errors`",
): DatabaseError {
  const message = `the Dolt database ${database} cannot be read: ${what}`;
  return new DatabaseError(fault, database, message, hint, cause === undefined ? {} : { cause });
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
  const told = (fault: DatabaseFault, what: string, hint?: string): DatabaseError =>
    doltError(fault, database, what, error, hint);
  if (error instanceof Refusal) return told(error.fault, error.message, error.hint);
  if (code === "HANDSHAKE_NO_SSL_SUPPORT")
    return told(
      "denied",
      "TLS is asked for, and the server offers none",
      "let the server have a certificate, or take dolt_server_tls out of metadata.json (BEADS_DOLT_SERVER_TLS); nothing was sent",
    );
  if (code === "HANDSHAKE_SSL_ERROR") {
    const reason = error.message.split(";")[0]?.slice(0, LONGEST_REASON);
    return told("denied", `the server's certificate cannot be verified (${reason})`, TRUST);
  }
  // Deno's refusal, by the name that is all it has.
  if (error.name === "NotCapable")
    return told(
      "unreachable",
      "Deno does not let this program connect to the server",
      "add its address to --allow-net: `convoy-cli help deno` has the permissions",
    );
  if (number === TLS_ONLY.number || (number === UNKNOWN && TLS_ONLY.words.test(error.message)))
    return told(
      "denied",
      "the server takes nobody without TLS",
      "set `dolt_server_tls` to true in metadata.json, or BEADS_DOLT_SERVER_TLS=1; over a Unix socket there is none",
    );
  const numbered = BY_NUMBER.find(({ numbers }) => numbers.includes(number));
  if (numbered !== undefined) return told(numbered.fault, numbered.what);
  if (NETWORK.test(code) || "syscall" in error)
    return told("unreachable", `the server does not answer (${code === "" ? "no reason given" : code})`);
  if (CLOSED.test(error.message)) return told("unreachable", "the connection has ended");
  if (code.startsWith("AUTH_SWITCH_"))
    return told("denied", "the server asks for a way to sign in that this program does not know");
  // Dolt has one number for most of what goes wrong.
  if (/could not be found in any table|does not have column|table not found/i.test(error.message))
    return told("foreign", FOREIGN);
  if (number > 0) return told("unreadable", `the server said ${code === "" ? number : code}`);
  return told("unreadable", `the driver failed (${code === "" ? error.name : code})`);
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
