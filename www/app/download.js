/**
 * A file on the applicant's own device: `saveFile("{}")` → `kakekomi-20261123.json`.
 */

import { element } from "./dom.js";
import { state } from "./state.js";

/**
 * @param {string} text @param {string} [name] in the file's name, instead of the desk's date
 * @param {"json" | "html"} [ending]
 */
export function saveFile(text, name = state.desk.today.replaceAll("-", ""), ending = "json") {
  const type = ending === "html" ? "text/html" : "application/json";
  const href = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href, download: `kakekomi-${name}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
