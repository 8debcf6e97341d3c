/**
 * JSON Pointers as reports and descriptions use them: "/devices/0/os" of a report is "/devices/&#42;/os" of a description.
 */

/** @param {string} path @returns {string[]} */
export function parts(path) {
  return path === "" ? [] : path.slice(1).split("/");
}

/** @param {string} path "/devices/0/os" → "/devices/0" */
export function parent(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** True if `path` is `top` or below it. @param {string} path @param {string} top */
export function within(path, top) {
  return path === top || path.startsWith(`${top}/`);
}

/** The value at a path of plain JSON, or undefined. @param {any} json @param {string} path */
export function at(json, path) {
  return parts(path).reduce(
    (value, key) => (value !== null && typeof value === "object" ? value[key] : undefined),
    json,
  );
}

/** An id that a document may hold: "/devices/0/os" → "field-devices-0-os". @param {string} path */
export function idOf(path) {
  return `field${path.replaceAll("/", "-")}`;
}
