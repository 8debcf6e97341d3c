/**
 * `kakekomi export`: the files for a partner have their digests and types, and the example works unchanged.
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import { publint } from "publint";
import { BINARY, launch, startDesk } from "./desk.mjs";
import { KEY, startSite } from "./partner.mjs";
import { receiptNumber, toReview } from "./applicant.mjs";
import { stepNames } from "../../www/app/steps.js";

const folder = mkdtempSync(join(tmpdir(), "kakekomi-export-"));
let site, desk, browser;
before(async () => {
  site = await startSite();
  [desk, browser] = await Promise.all([startDesk(["--desk", site.profile]), launch()]);
  execFileSync(BINARY, ["export", folder, "--origin", desk.base, "--partner", KEY], { stdio: "ignore" });
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await site?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (module, ...given) => spawnSync(process.execPath, [module, ...given], { encoding: "utf8", cwd: folder });

test("every file has the recorded digest, and the element is the one that the desk serves", async () => {
  const digests = JSON.parse(readFileSync(join(folder, "integrity.json"), "utf8"));
  assert.deepEqual(
    Object.keys(digests).sort(),
    readdirSync(folder)
      .filter((name) => name !== "integrity.json")
      .sort(),
  );
  for (const [name, digest] of Object.entries(digests)) {
    assert.equal(
      `sha384-${createHash("sha384")
        .update(readFileSync(join(folder, name)))
        .digest("base64")}`,
      digest,
      name,
    );
  }
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const served = await fetch(`${desk.base}/embed/${version}/kakekomi.js`);
  assert.equal(await served.text(), readFileSync(join(folder, "kakekomi.js"), "utf8"));
  assert.match(served.headers.get("cache-control") ?? "", /immutable/);
});

test("the custom-elements manifest is valid and describes the element", async () => {
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  const manifest = read(join(folder, "custom-elements.json"));
  const validate = new Ajv({ strict: false }).compile(
    read(fileURLToPath(import.meta.resolve("custom-elements-manifest/schema.json"))),
  );
  assert.ok(validate(manifest), JSON.stringify(validate.errors));
  const { attributes, cssProperties, members } = manifest.modules[0].declarations[0];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.page({ desk: desk.base }));
  const lacking = await page.evaluate(
    async (names) => {
      const element = await customElements
        .whenDefined("kakekomi-form")
        .then(() => document.querySelector("kakekomi-form"));
      return [names.filter((name) => !(name in element)), element.constructor.observedAttributes];
    },
    members.map(({ name }) => name),
  );
  assert.deepEqual(lacking[0], []);
  assert.deepEqual(
    lacking[1].filter((name) => !attributes.some((one) => one.name === name)),
    [],
  );
  assert.equal(cssProperties.length, 11);
  await context.close();
});

test("types and docs name the steps that the form has", () => {
  const steps = ["consent", ...stepNames(), "receipt"];
  const docs = readFileSync(fileURLToPath(new URL("../../docs/embed.md", import.meta.url)), "utf8").replace(/ +/g, " ");
  assert.ok(docs.includes(`| \`kakekomi-step\` | \`{ code }\`: ${steps.map((step) => `\`${step}\``).join(", ")} |`));
  assert.ok(
    readFileSync(join(folder, "kakekomi.d.ts"), "utf8").includes(
      `A step was gone to: ${steps.map((step) => `"${step}"`).join(", ")}.`,
    ),
  );
});

test("publint and are-the-types-wrong find nothing; the types declare the element and its events", async () => {
  assert.deepEqual((await publint({ pkgDir: folder, strict: true })).messages, []);
  const attw = join(fileURLToPath(import.meta.resolve("@arethetypeswrong/cli/package.json")), "../dist/index.js");
  const types = run(attw, "--pack", folder, "--profile", "esm-only", "--no-emoji", "--no-color");
  assert.equal(types.status, 0, types.stdout + types.stderr);
  writeFileSync(
    join(folder, "page.ts"),
    `import "./kakekomi.js";
const element = document.createElement("kakekomi-form");
const mode: "frame" | "inline" = element.mode;
element.mode = null;
const receipt: string | null = document.querySelector("kakekomi-form")!.receipt;
element.addEventListener("kakekomi-submitted", ({ detail }) => console.log(detail.receipt.length, mode, receipt));
document.addEventListener("kakekomi-error", ({ detail }) => console.log(detail.code.length));
`,
  );
  const tsc = run(
    fileURLToPath(import.meta.resolve("typescript/bin/tsc")),
    "--strict",
    "--noEmit",
    "--target",
    "es2022",
    "--moduleResolution",
    "bundler",
    "--module",
    "esnext",
    "page.ts",
  );
  rmSync(join(folder, "page.ts"));
  assert.equal(tsc.status, 0, tsc.stdout);
});

test("the example is served unchanged and reaches the receipt", async () => {
  site.put("/example.html", readFileSync(join(folder, "example.html"), "utf8"));
  site.put("/kakekomi.js", readFileSync(join(folder, "kakekomi.js"), "utf8"));
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(`${site.origin}/example.html`);
  await page.locator("kakekomi-form iframe:not(.waiting)").waitFor();
  const frame = page.frames().find((one) => one.url().includes("from="));
  await toReview(frame);
  await frame.locator("#send").click();
  const number = await receiptNumber(frame);
  await page.waitForFunction((number) => document.querySelector("kakekomi-form").receipt === number, number);
  assert.ok(
    said.some((line) => line.startsWith("kakekomi-submitted")),
    said.join("\n"),
  );
  await context.close();
});
