/**
 * The page in somebody else's document: it lives in an element of a shadow root, and touches nothing outside of it.
 */

import { element } from "../element.js";
import { settle } from "../place.js";
import { start } from "../start.js";
import { fill, shade } from "./worn.js";

/**
 * @param {HTMLElement} root an empty element
 * @param {{ desk: string, partner: string, preview: boolean, locale: string, scheme: string, tell: import("../place.js").Tell }} how
 */
export async function mount(root, { desk, partner, preview, locale, scheme, tell }) {
  root.className = "kakekomi";
  root.append(element("div", { id: "frame" }), element("main", { id: "main", tabindex: "-1", role: "group" }),
    element("p", { id: "status", class: "unseen", role: "status" }));
  shade(root, scheme);
  settle(root, { desk, own: false, partner: inAddress(partner, preview), tell });
  const page = await start(locale);
  fill(root, page?.desk.served.partner?.theme);
  return { speak: (/** @type {string} */ other) => void page?.speak(other), keep: () => page?.intake.keepPending() };
}

/** "&p=pk_…" of an address, with the mark of a mere look. @param {string} partner @param {boolean} preview */
export function inAddress(partner, preview) {
  return partner && `&p=${encodeURIComponent(partner)}${preview ? "&preview=1" : ""}`;
}
