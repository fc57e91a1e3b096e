import Database from "better-sqlite3";
import type { Driver, Statement } from "./driver.ts";

/** @throws when its native part is not there, or may not be loaded: it would else be told of by the first file */
export function betterSqlite3(): Driver {
  new Database(":memory:").close();
  return driver;
}

const driver: Driver = {
  name: "better-sqlite3",
  open(file, { readonly, timeout }) {
    const database = new Database(file, { readonly, fileMustExist: readonly, timeout });
    return {
      prepare: <Row>(sql: string) => database.prepare(sql) as Statement<Row>,
      exec: (sql) => void database.exec(sql),
      close: () => void database.close(),
    };
  },
};
