/**
 * A door before a desk, for what lies between a browser and a desk: it can be shut, lead to another desk, and change
 * what passes. Every engine goes through it alike.
 *
 *     const door = await openDoor(desk.base);
 *     door.shut();                                      // the network is gone
 *     door.open();
 *     door.leadTo(other.base);                          // the desk was replaced by another
 *     door.change = (path, answer) => { answer.headers["x"] = "y"; answer.body = Buffer.from("…"); };
 *     door.passed                                       // ["200 GET /", "201 POST /v1/submissions", …]
 */

import { once } from "node:events";
import { createServer, request } from "node:http";

/** @param {string} base of the desk */
export async function openDoor(base) {
  const door = { base: "", desk: base, isShut: false, passed: [], before: (path) => path, change: () => undefined };
  const server = createServer((asked, answer) => void pass(door, asked, answer));
  const sockets = new Set();
  server.on("connection", (socket) => {
    if (door.isShut) return socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  door.base = `http://127.0.0.1:${server.address().port}`;
  door.open = () => {
    door.isShut = false;
  };
  door.leadTo = (other) => {
    door.desk = other;
  };
  door.shut = () => {
    door.isShut = true;
    for (const socket of sockets) socket.destroy();
  };
  door.stop = async () => {
    door.shut();
    server.close();
    await once(server, "close");
  };
  return door;
}

async function pass(door, asked, answer) {
  try {
    const body = await whole(asked);
    const path = asked.url.split("?")[0];
    const headers = { ...asked.headers, "accept-encoding": "identity" };
    const onward = request(door.desk + door.before(asked.url), { method: asked.method, headers });
    onward.end(body);
    const [got] = await once(onward, "response");
    const given = { status: got.statusCode, headers: got.headers, body: await whole(got) };
    door.change(path, given);
    door.passed.push(`${given.status} ${asked.method} ${path}`);
    delete given.headers["transfer-encoding"];
    delete given.headers.connection;
    answer.writeHead(given.status, { ...given.headers, "content-length": given.body.length });
    answer.end(given.body);
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
