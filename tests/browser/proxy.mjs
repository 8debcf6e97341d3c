/**
 * A proxy between browser and desk: it can be shut, lead to another desk, and change requests and responses, in every engine alike.
 *
 *     const proxy = await openProxy(desk.base);
 *     proxy.shut();                                      // the network is gone
 *     proxy.open();
 *     proxy.leadTo(other.base);                          // the desk was replaced by another
 *     proxy.change = (path, answer) => { answer.headers["x"] = "y"; answer.body = Buffer.from("…"); };
 *     proxy.change = (path, answer) => { answer.cut = 1_000; };   // the connection breaks after that number of bytes
 *     proxy.passed                                       // ["200 GET /", "201 POST /v1/submissions", …]
 */

import { once } from "node:events";
import { createServer, request } from "node:http";

/** @param {string} base of the desk */
export async function openProxy(base) {
  const proxy = { base: "", desk: base, isShut: false, passed: [], before: (path) => path, change: () => undefined };
  const server = createServer((asked, answer) => void pass(proxy, asked, answer));
  const sockets = new Set();
  server.on("connection", (socket) => {
    if (proxy.isShut) return socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.base = `http://127.0.0.1:${server.address().port}`;
  proxy.open = () => {
    proxy.isShut = false;
  };
  proxy.leadTo = (other) => {
    proxy.desk = other;
  };
  proxy.shut = () => {
    proxy.isShut = true;
    for (const socket of sockets) socket.destroy();
  };
  proxy.stop = async () => {
    proxy.shut();
    server.close();
    await once(server, "close");
  };
  return proxy;
}

async function pass(proxy, asked, answer) {
  try {
    const body = await whole(asked);
    const path = asked.url.split("?")[0];
    const headers = { ...asked.headers, "accept-encoding": "identity" };
    const onward = request(proxy.desk + proxy.before(asked.url), { method: asked.method, headers });
    onward.end(body);
    const [got] = await once(onward, "response");
    const given = { status: got.statusCode, headers: got.headers, body: await whole(got) };
    proxy.change(path, given);
    proxy.passed.push(`${given.status} ${asked.method} ${path}`);
    delete given.headers["transfer-encoding"];
    delete given.headers.connection;
    answer.writeHead(given.status, { ...given.headers, "content-length": given.body.length });
    if (given.cut === undefined) return answer.end(given.body);
    answer.write(given.body.subarray(0, given.cut), () => answer.destroy());
  } catch {
    // Shut in the middle, or the desk went away: the browser's connection ends as it would.
    answer.destroy();
  }
}

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
