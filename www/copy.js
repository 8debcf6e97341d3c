/**
 * A copy to keep: a file on the applicant's own device.
 */

import { element } from "./element.js";

/** @param {string} name of the file @param {string} text JSON */
export function saveFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file's name with the desk's date, "kakekomi-20261123.json". @param {import("./page.js").Page} page @param {string} [of] */
export function fileName(page, of = "") {
  return `kakekomi-${of || page.desk.today.replaceAll("-", "")}.json`;
}
