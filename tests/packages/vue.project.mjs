/**
 * `@kakekomi/form` in a fresh project of Vue and TypeScript, with strict templates: installed from the packed file, type-checked, built, and
 * filled in to the receipt.
 */

import { after, before, test } from "node:test";
import { freshProject } from "./project.mjs";
import { startStage } from "./site.mjs";

let stage, project;
before(async () => {
  stage = await startStage();
  project = await freshProject("vue-ts", stage.environment);
});
after(async () => {
  project?.remove();
  await stage?.stop();
});

test("the packed file is installed with no registry in reach, and the project builds", async () => {
  await project.install(stage.urls.form);
  await project.run("npm", "run", "build");
});

test("a person fills in the form, and the page gets the number", async () => {
  await stage.sendForm(await stage.show(project.files("dist")));
});
