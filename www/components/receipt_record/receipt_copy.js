/**
 * The copy to keep: one HTML file with its own style, which every phone opens without a network.
 *
 * It is made of elements and written out by the browser, so that an answer stays text. Nothing in it runs, and its policy lets it
 * load nothing.
 */

import { element, plain } from "../../app/dom.js";
import { deskUrl, fetchJson, PATIENCE, trustedHtml } from "../../app/environment.js";
import { say, state } from "../../app/state.js";
import { nextSteps, numberPanel } from "../receipt/receipt.js";

/** @typedef {"document" | "policy"} Paper @type {Paper[]} */
const PAPERS = ["document", "policy"];
const COPY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
const COPY_STYLE = `
body{max-width:46em;margin:0 auto;padding:16px;font-family:"Hiragino Sans","Yu Gothic Medium",Meiryo,"Noto Sans CJK JP",system-ui,sans-serif;line-height:1.7;line-break:strict;overflow-wrap:anywhere;color:#1b232b;background:#fff}
h1,h2,h3{line-height:1.4}
h1{font-size:1.5em}
h2{margin:2em 0 .5em;padding-top:1em;border-top:1px solid #6b7885;font-size:1.25em}
h3{margin:1.5em 0 .25em;font-size:1em}
p{margin:.5em 0}
a{color:inherit}
.receipt__number{margin:1em 0;padding:16px;border:2px solid;border-radius:6px;text-align:center}
.receipt__digits{margin:0;font-size:clamp(1.75em,8vw,2.5em);font-weight:700;line-height:1.3;white-space:nowrap}
.receipt__code{margin:0;font-size:1.25em;font-weight:700}
.answer-list__row{padding:4px 0;border-top:1px solid #cdd5dc}
.answer-list__row:last-child{border-bottom:1px solid #cdd5dc}
dl,dd{margin:0}
dt{font-weight:700}
dd{white-space:pre-wrap}
.hint,.label{color:#52606c;font-size:.875em}
.strong{font-weight:700}
table{border-collapse:collapse;width:100%}
th,td{padding:4px 8px;border:1px solid #6b7885;text-align:start;vertical-align:top}
article h1{font-size:1.25em}
article h2{padding:0;border:0;font-size:1.125em}
@media (min-width:40em){.answer-list__row{display:grid;grid-template-columns:14em 1fr;gap:0 16px}}
@media print{body{padding:0;font-size:10pt;line-height:1.5}.answer-list__row,.receipt__number{break-inside:avoid}h1,h2,h3{break-after:avoid}}`;

/**
 * The text of the file, and if it is whole: a document that the desk does not give cannot be in it.
 *
 * @param {form.Kept} kept @param {Element[]} record answers and agreement, as they are shown
 * @returns {Promise<{ html: string, whole: boolean }>}
 */
export async function receiptCopy(kept, record) {
  const { desk, locale } = state;
  const { receipt } = kept;
  const { consent } = receipt;
  const title = say("receipt_copy_title");
  const kinds = PAPERS.filter((kind) => consent?.[kind]);
  const papers = await Promise.all(kinds.map((kind) => agreedText(kind, consent[kind].sha256, consent.language)));
  const root = element(
    "html",
    { lang: locale },
    element(
      "head",
      element("meta", { charset: "utf-8" }),
      element("meta", { "http-equiv": "Content-Security-Policy", content: COPY_POLICY }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "format-detection", content: "telephone=no" }),
      element("title", plain(say("title_page", { step: `${title} ${receipt.number}`, name: desk.name }))),
      element("style", COPY_STYLE),
    ),
    element(
      "body",
      element("p", desk.name),
      element("h1", title),
      numberPanel(kept),
      // The date of the telephone number (clause 4⑦).
      nextSteps(receipt, element("p.hint", say("printed_phone", { date: desk.clock(desk.now()) }))),
      ...record.map((part) => part.cloneNode(true)),
      ...kinds.map((kind, index) => agreedPaper(consent, kind, papers[index])),
    ),
  );
  return { html: `<!doctype html>\n${root.outerHTML}\n`, whole: !papers.includes(null) };
}

/**
 * A document as it was agreed to, in full, with its version and digest.
 *
 * @param {any} consent the agreement @param {Paper} kind @param {string | null} html
 */
function agreedPaper(consent, kind, html) {
  const { version, sha256 } = consent[kind];
  const body = element("div", { lang: consent.language });
  body.append(...(html === null ? [element("p", say("receipt_paper_missing"))] : inert(html)));
  return element(
    "article",
    element("h2", say(`consent_${kind}`)),
    element("p.hint", say("consent_version", { version }), element("br"), `SHA-256: ${sha256}`),
    body,
  );
}

/**
 * The text with a digest: of the documents in force, which may be others since the answers were sent, or in another language.
 *
 * @param {Paper} kind @param {string} sha256 @param {string} language
 * @returns {Promise<string | null>} null if the desk does not give it
 */
async function agreedText(kind, sha256, language) {
  const found = (/** @type {any} */ documents) => (documents?.[kind]?.sha256 === sha256 ? documents[kind].html : null);
  const inForce = found(state.consent) ?? found(await fetchJson(`/v1/consent/${language}`).catch(() => null));
  if (inForce !== null) return inForce;
  const signal = AbortSignal.timeout(PATIENCE);
  const response = await fetch(deskUrl(`/v1/consent/${language}/${sha256}`), { signal }).catch(() => null);
  return response?.ok ? response.text() : null;
}

/** The content of the operator's document without what would run or load. @param {string} html */
function inert(html) {
  const { body } = new DOMParser().parseFromString(trustedHtml(html), "text/html");
  for (const one of body.querySelectorAll("script,style,link,meta,base,iframe,object,embed,img,form")) one.remove();
  return body.childNodes;
}
