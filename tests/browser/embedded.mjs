/**
 * The form within a partner's page, to be walked by the steps of applicant.mjs in any engine: in its frame, or in the
 * shadow root of the page, where the document's own questions do not reach.
 */

import { framed, Tab } from "./tab.mjs";

/** The shadow root in the place of the document, with the document's own functions where it has none. */
const SHADOW = `new Proxy(globalThis.document.querySelector("kakekomi-form").shadowRoot, {
  get(shadow, name) {
    const from = name in shadow ? shadow : globalThis.document;
    const value = from[name];
    return typeof value === "function" ? value.bind(from) : value;
  },
})`;

/** @param {any} page that holds the form @param {"frame" | "inline"} mode */
export function inside(page, mode) {
  if (!(page instanceof Tab))
    return mode === "frame" ? page.frames().find((/** @type {any} */ frame) => frame.url().includes("from=")) : page;
  const shadowed = (code, argument) =>
    page.driver.run(new Function("given", `const document = ${SHADOW}; return (${code})(given);`), argument);
  return new Tab(mode === "frame" ? page.driver.frame() : { ...page.driver, ...framed(shadowed) });
}
