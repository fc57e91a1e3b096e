/** A fault a person can meet: what happened, and what to do about it. Every subclass has its own `code`. */
export class WatcherError extends Error {
  /** Stable name of the fault, as listed in docs/errors.md. */
  readonly code: string;
  /** One sentence that names what to do. */
  readonly hint: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** Why a database could not be read. */
export type DatabaseFault =
  | "missing"
  | "directory"
  | "empty"
  | "foreign"
  | "corrupt"
  | "locked"
  | "unreadable"
  | "unsupported"
  | "replaced"
  | "unreachable"
  | "denied"
  /** It is the database of another project. */
  | "stranger";

/** A beads database that could not be read. The other databases of the town carry on. */
export class DatabaseError extends WatcherError {
  /** Path of the file, or name of the database on its server. */
  readonly database: string;
  /** What is wrong with it. */
  readonly fault: DatabaseFault;

  constructor(fault: DatabaseFault, database: string, message: string, hint: string, options?: ErrorOptions) {
    super(`database-${fault}`, message, hint, options);
    this.database = database;
    this.fault = fault;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error with what to do about it. */
export function inWords(error: unknown): string {
  return error instanceof WatcherError ? `${error.message} (${error.hint})` : messageOf(error);
}

/** What a read gives, or the fault of the database that it met. What else is thrown is a fault of this program. */
export function orFault<T>(read: Promise<T>): Promise<T | DatabaseError> {
  return read.catch((error: unknown) => {
    if (error instanceof DatabaseError) return error;
    throw error;
  });
}
