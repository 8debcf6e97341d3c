/**
 * Contact sheets for the documentation, of the pictures that `pictures.mjs` and `desk_pictures.mjs` took:
 * `node pictures.mjs SHOTS && node desk_pictures.mjs SHOTS && node contact_sheets.mjs SHOTS ../../docs`.
 *
 * `docs/form.png` is a phone and a wide screen side by side; `docs/pictures/*.jpg` have every step beside the next, and
 * `docs/pictures/desk-*.jpg` the pages of the operators' desk.
 */

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./desk.mjs";

const [shots, docs] = process.argv.slice(2);
mkdirSync(join(docs, "pictures"), { recursive: true });

/** The width of a picture on a sheet, and the visible height of a long one, in pixels. */
const WIDTH = { 360: 216, 1280: 360 };
const HEIGHT = 720;
/** The quality of the JPEG files, of a hundred: small letters stay readable. */
const QUALITY = 72;

const browser = await launch();
const page = await browser.newPage();
for (const [form, width] of [
  ["ja-360-light", 360],
  ["ja-1280-light", 1280],
  ["en-360-dark", 360],
  ["en-1280-dark", 1280],
])
  for (const name of [form, `desk-${form}`]) {
    const files = readdirSync(shots)
      .filter((file) => file.startsWith(name))
      .sort();
    await sheet(
      files.map((file) => ({ file, width: WIDTH[width], height: HEIGHT })),
      join(docs, "pictures", `${name}.jpg`),
    );
  }
await sheet(
  [
    { file: "ja-360-light-1-now-yes.png", width: 360, height: 760 },
    { file: "ja-1280-light-3-incident.png", width: 1_080, height: 760 },
  ],
  join(docs, "form.png"),
);
await browser.close();

/** @param {{ file: string, width: number, height: number }[]} pictures @param {string} path */
async function sheet(pictures, path) {
  const images = pictures.map(
    ({ file, width, height }) =>
      `<div style="max-height: ${height}px"><img width="${width}" alt="" src="data:image/png;base64,${readFileSync(join(shots, file), "base64")}"></div>`,
  );
  await page.setViewportSize({ width: 24 + pictures.reduce((sum, one) => sum + one.width + 26, 0), height: 100 });
  await page.setContent(`<style>
    body { display: flex; align-items: start; gap: 24px; margin: 24px; background: #e4e7ea }
    div { overflow: hidden; flex: none; border: 1px solid #aab2ba; border-radius: 6px }
    img { display: block }
  </style>${images.join("")}`);
  await page.screenshot({ path, fullPage: true, ...(path.endsWith("jpg") ? { type: "jpeg", quality: QUALITY } : {}) });
}
