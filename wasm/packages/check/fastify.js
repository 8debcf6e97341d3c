/**
 * A Fastify plugin: a route with `preParsing: app.checkDraft` is reached by accepted drafts only.
 *
 *     await app.register(kakekomi, { desk: "https://desk.example.jp" });
 *     app.post("/apply", { preParsing: app.checkDraft }, async ({ draft, report }) => ({ answered: report.progress }));
 *
 * The draft is judged by the very bytes that the client sent, before any parser reads them. A draft with issues is answered with 422, a text
 * that is no JSON with 400, both with the report; 413 and 415 are as at
 * the desk, and 503 where the module cannot judge.
 */

import { Readable } from "node:stream";
import { connect } from "./connection.js";

/** @import { FastifyInstance, FastifyReply, FastifyRequest } from "fastify" */
/** @import { KakekomiPluginOptions } from "./fastify.d.ts" */

/** The longest draft, in bytes. */
const DRAFT_MAX = 256 * 1024;

/** @param {FastifyInstance} app @param {KakekomiPluginOptions} options */
async function kakekomi(app, { connection, ...options }) {
  const desk = connection ?? (await connect(options));
  app.decorate("kakekomi", desk);
  app.decorateRequest("draft", null);
  app.decorateRequest("report", null);
  app.decorate("checkDraft", checkDraft);
  // A connection that was passed belongs to its maker.
  if (!connection) app.addHook("onClose", async () => desk.close());

  /** @param {FastifyRequest} request @param {FastifyReply} reply @param {Readable} payload */
  async function checkDraft(request, reply, payload) {
    const { headers } = request;
    if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? ""))
      throw failure(415, "http.content_type", "send the draft as application/json");
    if (headers["content-encoding"]) throw failure(415, "http.content_encoding", "send the draft uncompressed");
    const draft = await bytesOf(payload);
    const text = await desk.checkText(draft).catch((problem) => {
      throw Object.assign(problem, { statusCode: 503 });
    });
    const report = JSON.parse(text);
    if (!report.accepted) {
      const noJson = report.issues[0]?.path === "" && report.issues[0].code.startsWith("text.");
      return reply
        .code(noJson ? 400 : 422)
        .type("application/json; charset=utf-8")
        .send(text);
    }
    Object.assign(request, { draft, report });
    return Object.assign(Readable.from([draft]), { receivedEncodedLength: draft.length });
  }
}

/** @param {Readable} payload @returns {Promise<Buffer>} */
async function bytesOf(payload) {
  const pieces = [];
  let length = 0;
  for await (const piece of payload) {
    length += piece.length;
    if (length > DRAFT_MAX) throw failure(413, "http.too_large", `a draft has at most ${DRAFT_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** @param {number} statusCode @param {string} code @param {string} message */
function failure(statusCode, code, message) {
  return Object.assign(new Error(message), { statusCode, code });
}

// What the package fastify-plugin does: the decorators belong to the app that registers it.
export default Object.assign(kakekomi, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "@kakekomi/check",
  [Symbol.for("plugin-meta")]: { fastify: "5.x", name: "@kakekomi/check" },
});
