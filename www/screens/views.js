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
    const advisories = report?.advisories ?? [];
    for (const view of this.byPath.values()) {
      view.update({
        tried,
        issues: (path) => issues.filter((issue) => this.at(issue.path)?.path === path),
        advisories: (path) => advisories.filter((one) => one.path && this.at(one.path)?.path === path),
        value: (path) => at(report?.values, path),
        hidden: (path) => hidden.has(path),
      });
    }
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

  canHash() {
    return !this.page.engine.blocked;
  }

  /** @param {File} file */
  hash(file) {
    return this.page.engine.hash(file);
  }
}
