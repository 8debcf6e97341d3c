/**
 * `@kakekomi/form` in a fresh project of React and TypeScript: installed from the packed file, type-checked, rendered on a server, built, and
 * filled in to the receipt.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshProject } from "./project.mjs";
import { startStage } from "./site.mjs";

let stage, project;
before(async () => {
  stage = await startStage();
  project = await freshProject("react-ts", stage.environment);
});
after(async () => {
  project?.remove();
  await stage?.stop();
});

test("the packed file is installed with no registry in reach, and the project builds", async () => {
  await project.install(stage.urls.form);
  await project.run("npm", "run", "build");
});

test("on a server the tag is rendered with the content in the form's place", async () => {
  const html = await project.run("node", "server/server.js");
  assert.ok(html.includes(`<kakekomi-form partner="${stage.environment.VITE_PARTNER}"`), html);
  assert.ok(html.includes(">link</a></kakekomi-form>"), html);
});

test("a person fills in the form, and the page gets the number", async () => {
  await stage.sendForm(await stage.show(project.files("dist")));
});
