import type { Draft, Issue } from "@kakekomi/check";
import kakekomi from "@kakekomi/check/fastify";
import Fastify from "fastify";

const app = Fastify();
await app.register(kakekomi, { desk: process.env["DESK"] ?? "" });

app.post("/apply", { preParsing: app.checkDraft }, async ({ body, draft, report }) => ({
  module: app.kakekomi.digest,
  ruleset: report.ruleset,
  phone: report.values.contact?.phone,
  company: (body as Draft).contact.company,
  bytes: draft.length,
}));
app.post("/echo", async ({ body }) => body);

export const firstOf = (issues: readonly Issue[]): string | undefined => issues[0]?.code;
// @ts-expect-error a verdict is no text
export const wrong = async (): Promise<string> => (await app.kakekomi.check("{}")).accepted;

console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
