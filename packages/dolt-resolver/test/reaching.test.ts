import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { DatabaseError } from "@gastown/convoy-core";
import { tempDir, waitFor } from "@gastown/test-fixtures";
import { buildDoltTown, type DoltTown, type SqlServer, sqlServers, startSqlServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectingTo } from "../src/connecting.ts";
import { createCredential, parseToken } from "../src/connecting.ts";
import { follow } from "./support/following.ts";
import { openStore } from "./support/stores.ts";

const KEYS = tempDir();
const ca = join(KEYS.path, "ca.pem");

/** An authority of the test's own, and a server's certificate for `localhost`. */
const certify = (): void => {
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync("openssl", args, { cwd: KEYS.path, stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority");
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(join(KEYS.path, "san"), "subjectAltName=DNS:localhost\n");
  const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"];
  openssl("x509", "-req", "-in", "server.csr", ...sign, "-out", "server.pem");
  for (const name of ["server.key", "server.pem", "ca.pem"]) chmodSync(join(KEYS.path, name), 0o644);
  chmodSync(KEYS.path, 0o755);
};

const faultOf = async (read: Promise<unknown>): Promise<DatabaseError> =>
  read.then(
    (value) => expect.fail(`it was read: ${JSON.stringify(value)}`),
    (reason: unknown) => reason as DatabaseError,
  );

/** Rewrites keys of metadata.json; undefined takes one away. */
const change = (town: DoltTown, keys: Record<string, unknown>): void => {
  const file = join(town.dir, ".beads/metadata.json");
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), ...keys }));
};

describe.runIf(sqlServers().kinds.includes("mariadb"))("a server", () => {
  let server: SqlServer;
  let serial = 0;
  const dir = tempDir();
  beforeAll(async () => {
    certify();
    const tls = [`--ssl-cert=${KEYS.path}/server.pem`, `--ssl-key=${KEYS.path}/server.key`, `--ssl-ca=${ca}`];
    server = await startSqlServer("mariadb", dir.path, tls);
    await server.query("create user 'safe'@'%' identified by 's3cret' require ssl; grant all on *.* to 'safe'@'%'");
  }, 90_000);
  afterAll(async () => {
    await server.stop("SIGKILL");
    dir.remove();
    KEYS.remove();
  });

  const newTown = async (): Promise<DoltTown> => {
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server, {
      namespace: `r${(serial += 1)}_`,
    });
    await town.beads().convoy({ id: "hq-cv-a", tracks: [] });
    return town;
  };

  test("is reached through its socket, wherever its port leads", async () => {
    const town = await newTown();
    change(town, { dolt_server_socket: server.socket, dolt_server_port: 1 });
    expect(await openStore(town.dir).store.openConvoys()).toEqual(["hq-cv-a"]);
    change(town, { dolt_server_socket: `${server.socket}-gone` });
    expect(await faultOf(openStore(town.dir).store.openConvoys())).toMatchObject({ fault: "unreachable" });
  });

  test("behind bd's proxy is waited for while the proxy has ended itself, and read while it runs", async () => {
    const town = await newTown();
    change(town, { dolt_mode: "proxied-server", dolt_server_port: undefined });
    let now = 0;
    const { store } = openStore(town.dir, {}, () => (now += 1_000));
    const waiting = await faultOf(store.openConvoys());
    expect(waiting).toMatchObject({ fault: "unreachable", hint: expect.stringMatching(/waited for/) });
    expect(waiting.message).toMatch(/behind bd's proxy .* which is not running/);
    expect(waiting.message).not.toContain("embedded");
    const note = join(town.dir, ".beads/dolt/proxy.pid");
    mkdirSync(join(note, ".."), { recursive: true });
    writeFileSync(note, JSON.stringify({ pid: process.pid, port: server.port, schema: 2, kind: "db-proxy" }));
    expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
    rmSync(note);
    expect(await faultOf(store.openConvoys()), "it is gone again").toMatchObject({ fault: "unreachable" });
  });

  test("behind bd's proxy is followed again when the proxy is started again", async () => {
    const town = await newTown();
    change(town, { dolt_mode: "proxied-server", dolt_server_port: undefined });
    const note = join(town.dir, ".beads/dolt/proxy.pid");
    mkdirSync(join(note, ".."), { recursive: true });
    const startProxy = (): void => writeFileSync(note, JSON.stringify({ pid: process.pid, port: server.port }));
    change({ ...town, dir: join(town.dir, "alpha") }, { dolt_mode: "embedded" });
    change({ ...town, dir: join(town.dir, "beta") }, { dolt_mode: "embedded" });
    startProxy();
    const following = await follow(town.dir);
    const stateIs = (state: string): Promise<unknown> =>
      waitFor(state, () => following.hints.findLast((hint) => hint.kind === "state")?.state === state);
    await stateIs("up");
    rmSync(note);
    await stateIs("down");
    following.forget();
    startProxy();
    await stateIs("up");
    await waitFor("sweep", () => following.hints.some((hint) => hint.kind === "sweep"));
  }, 20_000);

  test("is asked over TLS where metadata.json wants it, once its certificate is verified", async () => {
    const town = await newTown();
    change(town, { dolt_server_tls: true, dolt_server_host: "localhost", dolt_server_user: "safe" });
    const env = { BEADS_DOLT_PASSWORD: "s3cret" };
    const fault = await faultOf(openStore(town.dir, env).store.openConvoys());
    expect(fault).toMatchObject({ fault: "denied", message: expect.stringMatching(/certificate cannot be verified/) });
    expect(fault.hint).toContain("nothing was sent");

    // bd's note on a server that others run names the authority itself.
    change(town, { dolt_mode: "proxied-server" });
    const info = join(town.dir, ".beads/proxied_server_client_info.json");
    const external = { host: "localhost", port: server.port, user: "safe", tls_required: true, tls_ca_cert: ca };
    const withPassword = { BEADS_PROXIED_SERVER_EXTERNAL_PASSWORD: "s3cret" };
    writeFileSync(info, JSON.stringify({ external }));
    expect(await openStore(town.dir, withPassword).store.openConvoys()).toEqual(["hq-cv-a"]);

    writeFileSync(info, JSON.stringify({ external: { ...external, tls_server_name: "elsewhere.example" } }));
    expect(await faultOf(openStore(town.dir, withPassword).store.openConvoys())).toMatchObject({
      fault: "denied",
      message: expect.stringContaining("elsewhere.example"),
    });
  });

  test("is shown the token of a credential command as its user", async () => {
    const town = await newTown();
    await server.query("create user 'tok.en-1'@'%'; grant all on *.* to 'tok.en-1'@'%'");
    const env = { BEADS_DOLT_CREDENTIAL_COMMAND: "printf 'tok.en-%s' 1" };
    expect(await openStore(town.dir, env).store.openConvoys()).toEqual(["hq-cv-a"]);
    const failing = { BEADS_DOLT_CREDENTIAL_COMMAND: "echo s3cret-words >&2; exit 3" };
    const fault = await faultOf(openStore(town.dir, failing).store.openConvoys());
    expect(fault).toMatchObject({
      fault: "denied",
      message: expect.stringMatching(/gave no token: it failed \(exit 3\)/),
    });
    expect(fault.message).not.toContain("s3cret-words");
  });

  test("with another project's database is told as such, and nothing of it is read", async () => {
    const town = await newTown();
    const name = `r${serial}_hq`;
    change(town, { project_id: "ours" });
    expect(await openStore(town.dir).store.openConvoys(), "a database that says nothing").toEqual(["hq-cv-a"]);
    await server.query(`create table ${name}.metadata (\`key\` varchar(255) primary key, value text)`);
    await server.query(`insert into ${name}.metadata values ('_project_id', 'ours')`);
    const { store } = openStore(town.dir);
    expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
    await server.query(`update ${name}.metadata set value = 'theirs'`);
    const others = await server.query("select id from information_schema.processlist where id <> connection_id()");
    for (const { id } of others) await server.query(`kill ${Number(id)}`).catch(() => undefined);
    expect(await faultOf(store.openConvoys()), "found out with the next connection").toMatchObject({
      fault: "stranger",
    });
    expect(await faultOf(openStore(town.dir).store.openConvoys())).toMatchObject({
      fault: "stranger",
      message: expect.stringContaining("another project's"),
      hint: expect.stringContaining("doctor"),
    });
  });

  test("tells which of its town's own statuses bd counts as done, and how far it was migrated", async () => {
    const town = await newTown();
    const name = `r${serial}_hq`;
    for (const [id, status] of [
      ["hq-a", "shipped"],
      ["hq-b", "triage"],
    ] as const)
      await town.beads().issue({ id, status });
    await town.beads().convoy({ id: "hq-cv-b", tracks: ["hq-a", "hq-b"] });
    const { store, files } = openStore(town.dir);
    const whys = async (): Promise<unknown[]> =>
      (await store.readConvoys(["hq-cv-b"])).get("hq-cv-b")?.tracked.map(({ id, state, why }) => [id, state, why]) ??
      [];
    expect(await whys(), "no such tables yet").toEqual([
      ["hq-a", "open", undefined],
      ["hq-b", "open", undefined],
    ]);
    expect(await (await files.databases()).town.open().then((database) => database.schema?.())).toBeUndefined();
    await server.query(`create table if not exists ${name}.config (\`key\` varchar(255) primary key, value text)`);
    await server.query(`replace into ${name}.config values ('status.custom', 'triage, shipped:done,x:wip')`);
    await server.query(`create table ${name}.schema_migrations (version int primary key)`);
    await server.query(`insert into ${name}.schema_migrations values (9), (53)`);
    expect(await whys()).toEqual([
      ["hq-a", "open", "bd counts it as done, gt does not"],
      ["hq-b", "open", undefined],
    ]);
    expect(await (await files.databases()).town.open().then((database) => database.schema?.())).toBe(53);
  });

  test("that offers no TLS gets nothing when TLS is asked for", async () => {
    const town = await newTown();
    const heard: Buffer[] = [];
    // The greeting of a MySQL server that has no TLS, and then whatever comes.
    const greeting = Buffer.concat([
      Buffer.from([10]),
      Buffer.from("8.0.31\0"),
      Buffer.from([1, 0, 0, 0]),
      Buffer.from("12345678\0"),
      Buffer.from([0x01, 0xa2, 33, 2, 0, 0x08, 0x00, 21]),
      Buffer.alloc(10),
      Buffer.from("123456789012\0mysql_native_password\0"),
    ]);
    const plain = createServer((socket) => {
      socket.on("data", (data) => heard.push(data)).on("error", () => undefined);
      socket.write(Buffer.concat([Buffer.from([greeting.length, 0, 0, 0]), greeting]));
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void plain.close());
    const { port } = plain.address() as { port: number };
    change(town, { dolt_server_tls: true, dolt_server_port: port });
    const fault = await faultOf(openStore(town.dir, { BEADS_DOLT_PASSWORD: "s3cret" }).store.openConvoys());
    expect(fault).toMatchObject({ fault: "denied", message: expect.stringContaining("offers none") });
    expect(Buffer.concat(heard).toString("latin1")).toBe("");
  });
});

test("TLS to an address of the network is refused: there is no name to verify", async () => {
  const address = { host: "10.0.0.7", port: 1, user: "root", password: "s3cret", tls: { name: "10.0.0.7" } };
  await expect(connectingTo(address).options()).rejects.toMatchObject({
    fault: "unsupported",
    message: expect.stringContaining("10.0.0.7 is an address"),
  });
});

test("a token is bare, or in one of the forms that helpers print; what is none is refused", () => {
  expect(parseToken(" tok \n")).toEqual({ token: "tok" });
  expect(parseToken('{"token":"t","expirationTimestamp":"2026-01-01T00:00:00Z"}')).toEqual({
    token: "t",
    expires: Date.parse("2026-01-01T00:00:00Z"),
  });
  expect(parseToken('{"access_token":"t","expires_in":90}', 1_000)).toEqual({ token: "t", expires: 91_000 });
  for (const output of ["", "two words", "a:b", "a@b", "a/b", "{", "{}", '{"token":5}'])
    expect(() => parseToken(output)).toThrow("gave no token");
});

test("a token is asked for once until shortly before its end, and at most once at a time", async () => {
  const dir = tempDir(onTestFinished).path;
  let now = 0;
  const count = join(dir, "count");
  const credential = createCredential(`echo x >> ${count}; echo tok`, () => now);
  expect(await Promise.all([credential(), credential()])).toEqual(["tok", "tok"]);
  now = 49_999;
  await credential();
  expect(readFileSync(count, "utf8")).toBe("x\n");
  now = 50_000;
  await credential();
  expect(readFileSync(count, "utf8")).toBe("x\nx\n");
});
