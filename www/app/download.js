/**
 * A copy to keep: a file on the applicant's own device.
 */

import { element } from "./dom.js";
import { state } from "./state.js";

/** @param {string} name of the file @param {string} text JSON */
export function saveFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file's name with the desk's date, "kakekomi-20261123.json". @param {string} [of] instead of the date */
export function fileName(of = "") {
  return `kakekomi-${of || state.desk.today.replaceAll("-", "")}.json`;
}
