/**
 * The environment of the page: the element that holds it, the desk, and the document, which may be another's.
 *
 * On the desk's own page the document is the page's: its title, its language and its address, which names the step.
 * In another document `configure` is called first; then the page touches nothing outside its element, which may be in a shadow root. No
 * other file asks `document` for an element.
 */

/** The longest time for a response of the desk (milliseconds). */
export const PATIENCE = 20_000;

/**
 * The messages to a page around this one: "ready" and "failed", "step" and "error" with a code, "submitted" (or "again",
 * after a reload) with the reception number, "look" with the distance down the page to which the person is led (pixels). Never an answer.
 *
 * @typedef {(type: string, value?: string | number) => void} Tell
 */

/** Makes what the document takes for HTML of the desk's own text, where the document requires Trusted Types. @typedef {(html: string) => any} TrustHtml */

/** @type {{ root: HTMLElement | null, desk: string, own: boolean, step: string, partner: string, tell: Tell, told: string, html: TrustHtml }} */
const environment = {
  root: null,
  desk: "",
  own: true,
  step: "",
  partner: "",
  tell: () => {},
  told: "",
  html: (html) => html,
};

/**
 * @param {HTMLElement} root holds `#page-header`, `#main`, `#page-footer` and `#status`
 * @param {{ desk?: string, own?: boolean, partner?: string, tell?: Tell, html?: TrustHtml }} [how] the desk's origin, "" if it is the
 *   document's; true if the document is the page's; "&p=pk_…" of the partner on whose page it is; the listener to its messages
 */
export function configure(
  root,
  { desk = "", own = true, partner = "", tell = () => {}, html = environment.html } = {},
) {
  Object.assign(environment, { root, desk, own, partner, tell, html });
}

/** The text of the desk's own document, as the document around takes it for HTML. @param {string} html */
export function trustedHtml(html) {
  return environment.html(html);
}

/** The element that holds the page. @returns {HTMLElement} */
export function rootElement() {
  return environment.root ?? document.body;
}

/** The module in force when the document was made, 64 hex digits, or "" if the document names none. */
export function namedModule() {
  return rootElement().dataset.module ?? "";
}

/** An element of the page by its id, which is unique within the page only. @param {string} id @returns {HTMLElement | null} */
export function byId(id) {
  return rootElement().querySelector(`#${CSS.escape(id)}`);
}

/** True on the desk's own page, alone or in a frame; false in another's document. */
export function isOwnDocument() {
  return environment.own;
}

/** An address at the desk. @param {string} path "/v1/desk" */
export function deskUrl(path) {
  return environment.desk + path;
}

/** An address at the desk that holds outside of the page as well. @param {string} path "/return" */
export function wholeUrl(path) {
  return new URL(deskUrl(path), document.baseURI).href;
}

/**
 * Fetches JSON from the desk.
 *
 * @param {string} path "/v1/desk?locale=ja" @param {number} [patience] the longest time (milliseconds)
 * @returns {Promise<any>}
 */
export async function fetchJson(path, patience = PATIENCE) {
  const response = await fetch(deskUrl(path), { signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** A name, or a path with a query, for one partner's form alone. @param {string} name */
export function forPartner(name) {
  return name + environment.partner;
}

/** "&p=pk_…" of an address, with the mark of a preview. @param {string} partner @param {boolean} preview */
export function inAddress(partner, preview) {
  return partner && `&p=${encodeURIComponent(partner)}${preview ? "&preview=1" : ""}`;
}

/** Sends a message to the page around this one; a step that is drawn anew is reported once. @param {string} type @param {string} [value] */
export function tell(type, value) {
  if (type === "step" && value === environment.told) return;
  if (type === "step") environment.told = value ?? "";
  environment.tell(type, value);
}

/** @param {string} words */
export function setDocumentTitle(words) {
  if (environment.own) document.title = words;
}

/** @param {string} locale */
export function setLanguage(locale) {
  rootElement().lang = locale;
  if (environment.own) document.documentElement.lang = locale;
}

/** The step that is shown, as the address names it: the browser's own way back keeps working. */
export function stepShown() {
  return environment.own ? location.hash.slice(1) : environment.step;
}

/** Writes the step into the address, "" for none. @param {string} step @param {boolean} [push] true if it becomes an entry of the browser's history */
export function setStep(step, push = false) {
  if (stepShown() === step && (step || !location.hash)) return;
  environment.step = step;
  if (!environment.own) return;
  const address = location.pathname + location.search + (step && `#${step}`);
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** Follows the browser's back and forward, if the history is the page's. @param {() => void} moved */
export function onPopState(moved) {
  if (!environment.own) return;
  history.scrollRestoration = "manual";
  addEventListener("popstate", moved);
}

/**
 * Scrolls to an element and gives it the focus. The page around a frame is asked to follow, since in Safari no frame of
 * another origin scrolls the page around it.
 *
 * @param {HTMLElement | null | undefined} found @param {ScrollLogicalPosition} [block] the element's position in the view
 * @param {HTMLElement | null} [control] within it, which takes the focus
 */
export function scrollAndFocus(found, block = "start", control = found) {
  if (!found) return;
  found.scrollIntoView({ block, behavior: "instant" });
  control?.focus({ preventScroll: true });
  // Within a frame that is not as tall yet as its content, that scrolled the frame.
  environment.tell("look", Math.round(found.getBoundingClientRect().top + (environment.own ? scrollY : 0)));
}

/** Loads the document anew, if it is the page's own. */
export function reloadDocument() {
  if (environment.own) location.reload();
}

/** To the beginning of the page, as a new screen begins there. */
export function scrollToTop() {
  if (environment.own) scrollTo(0, 0);
  else rootElement().scrollIntoView({ block: "start" });
}
