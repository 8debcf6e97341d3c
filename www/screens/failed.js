/**
 * The page could not start. Its words could not be loaded either, so the document itself says it: the
 * `<noscript>` part of index.html, which the server filled with the desk's name and phone number.
 */

export function failedScreen() {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const spare = main.querySelector("noscript");
  if (!spare) return;
  const sheet = document.createElement("div");
  sheet.className = "sheet failed";
  sheet.innerHTML = spare.textContent ?? "";
  main.append(sheet);
}
