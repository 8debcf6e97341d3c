/**
 * A copy to keep: a file on the applicant's own device, `kakekomi-20261123.json`.
 */

import { element } from "./dom.js";
import { state } from "./state.js";

/** @param {string} text JSON @param {string} [name] in the file's name, instead of the desk's date */
export function saveFile(text, name = state.desk.today.replaceAll("-", "")) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  element("a", { href, download: `kakekomi-${name}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
