/**
 * Both packages in a plain page without a build: the form to its receipt, and a check in the browser to its verdict.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshProject } from "./project.mjs";
import { startStage } from "./site.mjs";

let stage, project;
before(async () => {
  stage = await startStage();
  project = await freshProject("plain", stage.environment);
});
after(async () => {
  project?.remove();
  await stage?.stop();
});

test("both packed files are installed, and their files work as they are", async () => {
  await project.install(stage.urls.form, stage.urls.check);
  const { VITE_DESK: desk, VITE_PARTNER: partner } = stage.environment;
  const files = project.files(".").filter(([path]) => /\.(html|js)$/.test(path));
  const filled = files.map(([path, text]) => [
    path,
    text.replaceAll("{{desk}}", desk).replaceAll("{{partner}}", partner),
  ]);
  const shown = await stage.show(filled);
  await shown.page.waitForFunction(() => document.querySelector("#verdict")?.textContent);
  const paths = await shown.page.locator("#verdict").textContent();
  assert.ok(paths?.split(" ").includes("/contact/company"), String(paths));
  await stage.sendForm(shown);
});

test("a page whose policy blocks WebAssembly gets an error that names the directive", async () => {
  const { VITE_DESK: desk } = stage.environment;
  const page = `<!doctype html><meta http-equiv="content-security-policy" content="script-src 'self' 'unsafe-inline'">
    <output></output><script type="module">
      import { connect } from "/node_modules/@kakekomi/check/index.js";
      await connect({ desk: "${desk}" }).catch(({ code, message }) => {
        document.querySelector("output").textContent = code + " " + message;
      });
    </script>`;
  const shown = await stage.show([["/index.html", page]]);
  await shown.page.waitForFunction(() => document.querySelector("output")?.textContent);
  const words = (await shown.page.locator("output").textContent()) ?? "";
  assert.match(words, /^wasm\.blocked .*'wasm-unsafe-eval'/);
  await shown.page.close();
});
