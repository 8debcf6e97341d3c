/**
 * The page in another document: it is in an element of a shadow root and touches nothing outside of it.
 */

import { element } from "../app/dom.js";
import { configure, inAddress } from "../app/environment.js";
import { start } from "../app/start.js";
import { applyDefaults, applyColorScheme } from "./theme_apply.js";

/**
 * @param {HTMLElement} root an empty element
 * @param {{ desk: string, partner: string, preview: boolean, locale: string, scheme: string,
 *   tell: import("../app/environment.js").Tell, html?: import("../app/environment.js").TrustHtml }} how
 */
export async function mount(root, { desk, partner, preview, locale, scheme, tell, html }) {
  root.className = "kakekomi";
  root.append(
    element("div", { id: "page-header" }),
    element("main", { id: "main", tabindex: "-1", role: "group" }),
    element("div", { id: "page-footer" }),
    element("p.unseen", { id: "status", role: "status" }),
  );
  applyColorScheme(root, scheme);
  configure(root, { desk, own: false, partner: inAddress(partner, preview), tell, html });
  const page = await start(locale);
  applyDefaults(root, page?.theme);
  return { speak: (/** @type {string} */ other) => void page?.speak(other), keep: () => page?.keep() };
}
