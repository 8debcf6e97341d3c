/**
 * The fields on a screen by their paths, and the parts of a report that belong to each.
 *
 * An issue at "/contact/phone/x" is shown at "/contact/phone", the nearest field above it.
 */

import { at, parent, within } from "../../app/json_pointer.js";

export class FieldViews {
  /** @type {Map<string, form.View>} */
  byPath = new Map();

  /**
   * @param {form.Host["draw"]} draw the component of a field @param {(whole: boolean) => void} onChange takes changed answers, as
   *   `changed` of a host
   */
  constructor(draw, onChange) {
    this.draw = draw;
    this.onChange = onChange;
  }

  /** The view at a path or the nearest above it. @param {string} path @returns {form.View | undefined} */
  at(path) {
    for (let above = path; above !== ""; above = parent(above)) {
      const view = this.byPath.get(above);
      if (view) return view;
    }
    return undefined;
  }

  /**
   * Shows at every field its part of the report.
   *
   * @param {form.Report | null} report @param {boolean} tried true if the person asked for this step to be checked
   * @param {form.Issue[]} issues to show
   */
  update(report, tried, issues) {
    const hidden = new Set(report?.hidden ?? []);
    const issuesAt = this.groupByView(issues);
    const advisoriesAt = this.groupByView(report?.advisories ?? []);
    const marks = {
      tried,
      issues: (/** @type {string} */ path) => issuesAt.get(path) ?? [],
      advisories: (/** @type {string} */ path) => advisoriesAt.get(path) ?? [],
      value: (/** @type {string} */ path) => at(report?.values, path),
      hidden: (/** @type {string} */ path) => hidden.has(path),
    };
    for (const view of this.byPath.values()) view.update(marks);
  }

  /** @template {{ path?: string }} T @param {T[]} messages @returns {Map<string, T[]>} */
  groupByView(messages) {
    const found = new Map();
    for (const message of messages) {
      const path = message.path && this.at(message.path)?.path;
      if (path) found.set(path, [...(found.get(path) ?? []), message]);
    }
    return found;
  }

  // The `Host` of the fields.

  /** @param {form.View} view @returns {form.View} */
  register(view) {
    this.byPath.set(view.path, view);
    return view;
  }

  /** Drops the views below a path. @param {string} top */
  forget(top) {
    for (const path of this.byPath.keys()) if (path !== top && within(path, top)) this.byPath.delete(path);
  }

  /** @param {string} _path @param {boolean} whole */
  changed(_path, whole) {
    this.onChange(whole);
  }
}
