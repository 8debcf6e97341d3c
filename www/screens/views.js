/**
 * The fields on a screen by their paths: what fields ask of the page, and where a report's words belong.
 *
 * An issue at "/contact/phone/x" is shown at "/contact/phone", the nearest field above it.
 */

import { at, parent, within } from "../pointer.js";

/** @typedef {import("../types.js").View} View @typedef {import("../types.js").Report} Report @typedef {import("../types.js").Issue} Issue */

export class Views {
  /** @param {import("../page.js").Page} page */
  constructor(page) {
    this.page = page;
    /** @type {Map<string, View>} */
    this.byPath = new Map();
  }

  /** The view at a path or the nearest above it. @param {string} path @returns {View | undefined} */
  at(path) {
    for (let place = path; place !== ""; place = parent(place)) {
      const view = this.byPath.get(place);
      if (view) return view;
    }
    return undefined;
  }

  /**
   * Says at every field what the report says of it.
   *
   * @param {Report | null} report
   * @param {boolean} tried whether the person asked for this step to be checked
   * @param {Issue[]} issues those to show
   */
  update(report, tried, issues) {
    const hidden = new Set(report?.hidden ?? []);
    const issuesAt = this.byView(issues);
    const advisoriesAt = this.byView(report?.advisories ?? []);
    const marks = {
      tried,
      issues: (/** @type {string} */ path) => issuesAt.get(path) ?? [],
      advisories: (/** @type {string} */ path) => advisoriesAt.get(path) ?? [],
      value: (/** @type {string} */ path) => at(report?.values, path),
      hidden: (/** @type {string} */ path) => hidden.has(path),
    };
    for (const view of this.byPath.values()) view.update(marks);
  }

  /**
   * What is said of each view.
   *
   * @template {{ path?: string }} T
   * @param {T[]} said
   * @returns {Map<string, T[]>}
   */
  byView(said) {
    const found = new Map();
    for (const one of said) {
      const path = one.path && this.at(one.path)?.path;
      if (path) found.set(path, [...(found.get(path) ?? []), one]);
    }
    return found;
  }

  // What the fields ask of the page.

  get description() {
    return this.page.description;
  }

  /** @param {View} view */
  register(view) {
    this.byPath.set(view.path, view);
  }

  /** Drops what is below a path. @param {string} top */
  forget(top) {
    for (const path of this.byPath.keys()) if (path !== top && within(path, top)) this.byPath.delete(path);
  }

  /** @param {string} _path @param {boolean} whole */
  changed(_path, whole) {
    this.page.intake.changed(whole);
  }

  /** @param {string} path */
  answerAt(path) {
    return this.page.intake.answerAt(path);
  }

  today() {
    return this.page.desk.today;
  }

  canHash() {
    return !this.page.engine.blocked;
  }

  /** @param {File} file @param {() => boolean} wanted */
  hash(file, wanted) {
    return this.page.engine.hash(file, wanted);
  }
}
