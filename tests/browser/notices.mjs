/**
 * A desk whose notices have targets in each state that the page `/delivery` shows.
 *
 * `await startWithNotices()` → `webhook:siem` is delivered, `webhook:tickets` is disabled by 410, `webhook:chat` waits after 503, and
 * the mail server has refused the address of `mail:duty` for good
 */

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY } from "./desk.mjs";
import { startWithOperators } from "./operators.mjs";

/** The answers of the webhooks, by their names. */
const ANSWERS = { siem: 200, tickets: 410, chat: 503 };
/** The answers of a mail server that knows no recipient, by the first word of a command. */
const REPLIES = { RCPT: "550 5.1.1 no such user", QUIT: "221 2.0.0 bye" };

/** Starts the receivers, and a desk of operators with the invented cases of `demo`, whose notices were all tried. */
export async function startWithNotices() {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-notices-"));
  const webhooks = createHttpServer((request, response) => {
    response.writeHead(ANSWERS[request.url.slice(1)]).end();
    request.resume();
  });
  const mail = createTcpServer(refuseRecipients);
  const [http, smtp] = await Promise.all([webhooks, mail].map(listen));
  const settings = join(folder, "kakekomi.toml");
  writeFileSync(settings, settingsOf(folder, http, smtp));
  const desk = await startWithOperators(["--config", settings]);
  await untilSubscribed(desk.data);
  execFileSync(BINARY, ["demo", "--data", desk.data]);
  await untilTried(desk.data);
  const stop = async () => {
    await desk.stop();
    webhooks.close();
    mail.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...desk, stop };
}

/** @param {import("node:net").Server} server @returns {Promise<number>} its port */
async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {import("node:net").Socket} socket */
function refuseRecipients(socket) {
  socket.on("error", () => socket.destroy());
  socket.write("220 mail.example.jp\r\n");
  let typed = "";
  socket.on("data", (piece) => {
    const lines = (typed + piece).split("\r\n");
    typed = lines.pop();
    for (const line of lines) socket.write(`${REPLIES[line.slice(0, 4).toUpperCase()] ?? "250 2.0.0 ok"}\r\n`);
  });
}

/** @param {string} folder @param {number} http @param {number} smtp */
function settingsOf(folder, http, smtp) {
  const secret = join(folder, "secret");
  writeFileSync(secret, execFileSync(BINARY, ["outbox", "secret"]), { mode: 0o600 });
  const hooks = Object.keys(ANSWERS).map(
    (name) => `[[webhooks]]
name = "${name}"
url = "http://127.0.0.1:${http}/${name}"
secrets = ["${secret}"]
kinds = ["case.received"]
private_address = true
`,
  );
  return `${hooks.join("")}[mail]
server = "smtp+plain://127.0.0.1:${smtp}"
from = "desk@example.jp"
desk_url = "https://desk.example.jp/"
form_url = "https://form.example.jp/"
[[mail.operators]]
name = "duty"
address = "duty@example.jp"
role = "operator"
`;
}

/** Waits until the desk has written its last subscription: an event before that has no notice. @param {string} data */
async function untilSubscribed(data) {
  for (let tries = 0; tries < 300; tries += 1) {
    // It is refused for an unknown target, and changes nothing of one without notices.
    const { status } = spawnSync(BINARY, ["outbox", "retry", "--target", "mail:duty", "--data", data]);
    if (status === 0) return;
    await sleep(100);
  }
  throw new Error("the desk has no subscription for mail:duty");
}

/** Waits until no notice waits for its first attempt. @param {string} data */
async function untilTried(data) {
  const list = () =>
    execFileSync(BINARY, ["outbox", "list", "--json", "--data", data], { stdio: ["ignore", "pipe", "ignore"] });
  for (let tries = 0; tries < 600; tries += 1) {
    const waiting = JSON.parse(String(list())).filter(({ attempts, state }) => state === "pending" && attempts === 0);
    if (waiting.every(({ target }) => target === "webhook:tickets")) return;
    await sleep(100);
  }
  throw new Error("some notices were never tried");
}
