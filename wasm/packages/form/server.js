/**
 * `@kakekomi/form` on a server, where there are no elements: importing it does nothing.
 *
 *     import "@kakekomi/form";      // a page that is rendered on a server has the tag with the content in the form's place
 *
 * The browser then loads the element itself (`kakekomi.js`).
 */

/** Has the element's name, for code that imports it and runs in both places. */
export class KakekomiForm {}
