/**
 * Uploads by other people's clients in a page of the desk's own origin, over connections that break and to hosts that are
 * killed: the bytes arrive whole.
 *
 * TUS_BROWSER_MIB, TUS_CUTS and TUS_KILLS choose a longer run (scripts/test-long.sh).
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ENGINES, launchEngine } from "../browser/engines.mjs";
import { assertArrived, bearer, metadata, MIB, submit, writeNoise } from "./applicant.mjs";
import { startCutter } from "./cutter.mjs";
import { startDesk, withKills } from "./hosts.mjs";

const BYTES = Number(process.env.TUS_BROWSER_MIB ?? 12) * MIB + 77;
const CUTS = Number(process.env.TUS_CUTS ?? 3);
const KILLS = Number(process.env.TUS_KILLS ?? 1);
const SEED = Number(process.env.KAKEKOMI_SEED ?? 20261130);
/** The longest time until a file is sent, in milliseconds. */
const PATIENCE = 60_000 + BYTES / 1_000;

let desk, pages, folder, file, sha256;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kakekomi-pages-"));
  file = join(folder, "証拠 security.evtx");
  sha256 = writeNoise(file, BYTES);
  pages = await startPages();
  desk = await startDesk(pages.address().port);
});
after(async () => {
  await desk?.stop();
  pages?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Serves the page and its script with both clients. */
async function startPages() {
  const entryPoints = [fileURLToPath(new URL("page.mjs", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false });
  const html =
    '<!doctype html><meta charset="utf-8"><title>Clients</title><script src="script.js"></script><input type="file">';
  const server = createServer(({ url }, response) => {
    const [type, body] =
      url === "/pages/script.js" ? ["text/javascript", outputFiles[0].contents] : ["text/html", html];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

for (const engine of ENGINES) {
  describe(engine, { timeout: 4 * PATIENCE }, () => {
    let browser;
    before(async () => {
      browser = await launchEngine(engine);
    });
    after(() => browser?.close());

    for (const client of ["tus-js-client", "@uppy/tus"]) {
      test(`${client} sends a file from a page over broken connections to killed hosts`, async (t) => {
        const visit = await submit(desk);
        const cutter = await startCutter(desk.port, { bytes: BYTES, cuts: CUTS, seed: SEED });
        t.after(() => cutter.stop());
        const context = await browser.newContext();
        t.after(() => context.close());
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        await page.goto(`${cutter.base}/pages/`);
        await page.setInputFiles("input", file);
        const given = { client, headers: bearer(visit.token), metadata: metadata(file, sha256) };
        await page.evaluate((given) => void globalThis.send(given), given);
        const sent = page.waitForFunction(() => typeof globalThis.sent === "string");
        await withKills(sent, desk, cutter, { bytes: BYTES, kills: KILLS });
        assert.equal(await page.evaluate(() => globalThis.sent), "");
        const requests = await assertArrived(desk, visit, { bytes: BYTES, sha256 });
        assert.equal(cutter.cuts, CUTS);
        t.diagnostic(`${BYTES} bytes, ${cutter.cuts} cuts, ${KILLS} kills, ${desk.hosts} hosts, ${requests} requests`);
      });
    }
  });
}
