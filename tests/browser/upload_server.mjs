/**
 * The page's queue of evidence files in plain Node, and a server that takes them as the desk does: as much of it as the queue needs.
 *
 *     const server = await openServer();
 *     server.files.push({ id: "a", state: "receiving", length: 5, offset: 2 });   // as GET /v1/files tells them, with their `bytes`
 *     server.keep = false;                                                        // PATCH answers 204 and keeps nothing
 *     const queue = new UploadQueue(access, []);
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { Engine } from "../../www/app/engine.js";
import { configure } from "../../www/app/environment.js";
import { state } from "../../www/app/state.js";

export const access = { headers: () => ({}), renew: async () => false };

export const digestOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Hashes as the module does. */
class Sha256 {
  #hash = createHash("sha256");
  update(bytes) {
    this.#hash.update(bytes);
  }
  digest() {
    return this.#hash.digest("hex");
  }
}

/** As much of XMLHttpRequest as the page's requests use; Node has `fetch` alone. */
class Request {
  status = 0;
  responseText = "";
  upload = {};
  #headers = {};
  #answered = new Headers();
  #stop = new AbortController();

  open(method, url) {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }
  getResponseHeader(name) {
    return this.#answered.get(name);
  }
  abort() {
    this.#stop.abort();
  }
  async send(body) {
    const { method, url } = this;
    try {
      const answer = await fetch(url, { method, headers: this.#headers, body, signal: this.#stop.signal });
      const responseText = await answer.text();
      Object.assign(this, { status: answer.status, responseText });
      this.#answered = answer.headers;
    } catch {
      // The status stays 0, as in a browser.
    }
    this.onloadend();
  }
}

/** Starts the server and points the page's modules to it. */
export async function openServer() {
  const server = { files: [], requests: [], keep: true, declared: Promise.resolve(), stop: null };
  const http = createServer(async (request, response) => {
    const id = new URL(request.url, "http://desk").pathname.split("/")[3];
    const body = await buffer(request).catch(() => null);
    if (!body) return;
    server.requests.push({ method: request.method, id, at: performance.now() });
    const [status, headers, text] = await answer(server, request, id, body);
    response.writeHead(status, headers).end(text);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  configure(null, { desk: `http://127.0.0.1:${http.address().port}` });
  state.engine = new Engine("", { Sha256 });
  const events = new EventTarget();
  globalThis.addEventListener = events.addEventListener.bind(events);
  globalThis.removeEventListener = events.removeEventListener.bind(events);
  globalThis.XMLHttpRequest = Request;
  server.stop = () => {
    http.close();
    http.closeAllConnections();
  };
  return server;
}

async function answer(server, request, id, body) {
  const file = server.files.find((one) => one.id === id);
  switch (request.method) {
    case "GET":
      return [200, {}, JSON.stringify({ files: server.files.map(({ bytes: _, ...told }) => told) })];
    case "POST": {
      const made = declare(request.headers, server.files.length);
      server.files.push(made);
      await server.declared;
      return [201, { Location: `/v1/files/${made.id}` }];
    }
    case "DELETE":
      file.state = "expired";
      return [204, {}];
    case "PATCH":
      if (server.keep) take(file, body);
      return [204, { "Upload-Offset": String(file.offset) }];
    default:
      return [200, { "Upload-Offset": String(file.offset) }];
  }
}

/** A declared file; an empty one has arrived. */
function declare(headers, count) {
  const pairs = headers["upload-metadata"].split(",").map((pair) => pair.split(" "));
  const { what, sha256, log } = Object.fromEntries(
    pairs.map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
  const length = Number(headers["upload-length"]);
  const told = { ...(sha256 && { sha256 }), ...(log && { log: Number(log) }) };
  return { id: `file${count}`, what, state: "declared", length, offset: 0, bytes: Buffer.alloc(0), ...told };
}

/** Adds a piece, and compares the digest of a file that is whole. */
function take(file, piece) {
  file.bytes = Buffer.concat([file.bytes, piece]);
  file.offset = file.bytes.length;
  if (file.offset < file.length) file.state = "receiving";
  else file.state = file.sha256 && file.sha256 !== digestOf(file.bytes) ? "mismatch" : "arrived";
}
