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
