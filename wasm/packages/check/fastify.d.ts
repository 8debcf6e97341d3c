import type { FastifyPluginAsync, preParsingAsyncHookHandler } from "fastify";
import type { Connection, ConnectOptions, Report } from "./index.js";

/** The options of `connect`, or a connection that is there already. */
export type KakekomiPluginOptions = (ConnectOptions & { connection?: undefined }) | { connection: Connection };

declare const kakekomi: FastifyPluginAsync<KakekomiPluginOptions>;
export default kakekomi;

declare module "fastify" {
  interface FastifyInstance {
    /** The connection to the desk. */
    kakekomi: Connection;
    /** For a route's `preParsing`: lets accepted drafts through, and answers the others. */
    checkDraft: preParsingAsyncHookHandler;
  }
  interface FastifyRequest {
    /** The draft's very bytes, in a route with `checkDraft`. */
    draft: Buffer;
    /** The report on the draft, in a route with `checkDraft`. */
    report: Report;
  }
}
