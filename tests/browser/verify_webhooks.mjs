// Verifies webhooks with the npm package standardwebhooks: `node verify_webhooks.mjs SECRET` reads a JSON object of headers and
// body a line, and prints how many verify. A body that was changed must not.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.argv[2]);

function verifies(body, headers) {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

const lines = readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
if (lines.some(({ body, headers }) => verifies(`${body} `, headers))) throw new Error("a changed body verifies");
console.log(lines.filter(({ body, headers }) => verifies(body, headers)).length);
