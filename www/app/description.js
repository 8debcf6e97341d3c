/**
 * The form description of one module in one language: every title, hint, option and sentence that the page shows.
 *
 * `description.say("step_of", { number: 2, total: 6 })` → 「手順 2 / 6」.
 */

import { fetchJson } from "./environment.js";
import { parts } from "./json_pointer.js";

export class Description {
  /** @param {{ locale: string, words: Record<string, string>, sections: form.Field[] }} file */
  constructor(file) {
    this.words = file.words;
    this.sections = file.sections.map(withFields);
  }

  /** @param {string} sha256 of the module beside which it lies @param {string} language "ja", "en", "easy" */
  static async load(sha256, language) {
    const load = (/** @type {string} */ one) => fetchJson(`/module/${sha256}/describe.${one}.json`);
    // An older module has no やさしい日本語.
    return new Description(
      await load(language).catch((failure) => (language === "easy" ? load("ja") : Promise.reject(failure))),
    );
  }

  /**
   * One of the page's own sentences, filled in. A key without words shows as itself, so that a missing one is seen.
   *
   * @param {string} key @param {Record<string, string | number>} [params]
   */
  say(key, params = {}) {
    const sentence = this.words[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
  }

  /** The root of the form: a section of all sections. */
  get root() {
    return /** @type {form.Field} */ ({ name: "", path: "", kind: "section", title: "", fields: this.sections });
  }

  /**
   * The node at a report's path or the nearest one above it: "/devices/0/os/x" → the node of "/devices/&#42;/os".
   *
   * @param {string} path
   * @returns {form.Field[]} the nodes on the way, outermost first, without the root
   */
  trail(path) {
    const found = [];
    let node = this.root;
    for (const part of parts(path)) {
      const next = node.kind === "list" ? node.item : node.fields.find((field) => field.name === part);
      if (!next) break;
      found.push(next);
      node = next;
    }
    return found;
  }

  /** The title of an issue's field: "/devices/0/os" → 「機器1 OS」; "" for an unknown path. @param {string} path */
  titleOf(path) {
    return this.titlesOf(path).filter(Boolean).join(" ");
  }

  /** The titles of a list's entry and of the field, "" for none: "/devices/0/os" → ["機器 1", "OS"]. @param {string} path */
  titlesOf(path) {
    const trail = this.trail(path);
    const field = trail.at(-1)?.title ?? "";
    const entry = trail.findIndex((node, depth) => depth > 0 && trail[depth - 1].kind === "list");
    if (entry < 0) return ["", field];
    const numbered = this.entryTitle(trail[entry], Number(parts(path)[entry]));
    return [numbered, entry === trail.length - 1 ? "" : field];
  }

  /** The title of a list's entry, 「機器1」. @param {form.Field} item @param {number} index from 0 */
  entryTitle(item, index) {
    return this.say("item_title", { title: item.title, number: index + 1 });
  }

  /** A choice's title. @param {form.Field} node @param {string | boolean} value */
  optionTitle(node, value) {
    return node.options?.find((option) => String(option.value) === String(value))?.title ?? String(value);
  }
}

/** A node and all below it with `fields`, which the file leaves out if there are none. @param {form.Field} node @returns {form.Field} */
function withFields({ fields = [], item, ...node }) {
  return { ...node, fields: fields.map(withFields), item: item && withFields(item) };
}
