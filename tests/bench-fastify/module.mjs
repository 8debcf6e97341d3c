/** Fastify running the desk's module in V8: `node module.mjs BINARY CONTEXT [reused]` prints its port and serves /v1/check.
 *
 * It answers with the report, byte for byte as the desk does in the same context. Each check gets a new instance, as in
 * the desk; with `reused` one instance serves all checks and frees its memory after each. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";

const folder = mkdtempSync(join(tmpdir(), "kakekomi-bench-"));
const file = join(folder, "kakekomi.wasm");
execFileSync(process.argv[2], ["module", "--out", file]);
const module = new WebAssembly.Module(readFileSync(file));
rmSync(folder, { recursive: true });
const context = Buffer.from(process.argv[3]);

/** The imports belong to the page's face; the host's face calls none of them. */
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => {};
const instantiate = () => new WebAssembly.Instance(module, imports).exports;
const reused = process.argv[4] === "reused" ? instantiate() : null;

function put(abi, bytes) {
  const pointer = abi.kakekomi_allocate(bytes.length);
  new Uint8Array(abi.memory.buffer).set(bytes, pointer);
  return pointer;
}

function check(text) {
  const abi = reused ?? instantiate();
  const [textAt, contextAt] = [put(abi, text), put(abi, context)];
  const answer = abi.kakekomi_check(textAt, text.length, contextAt, context.length);
  abi.kakekomi_free(textAt, text.length);
  abi.kakekomi_free(contextAt, context.length);
  if (answer < 0n) throw new Error(`the module failed: ${answer}`);
  const [pointer, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
  const report = Buffer.from(new Uint8Array(abi.memory.buffer, pointer, length));
  abi.kakekomi_free(pointer, length);
  return report;
}

const app = Fastify({ bodyLimit: 262144 });
app.removeContentTypeParser("application/json");
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post("/v1/check", async (request, reply) => reply.type("application/json").send(check(request.body)));
const address = await app.listen({ host: "127.0.0.1", port: 0 });
console.log(new URL(address).port);
