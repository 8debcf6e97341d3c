/**
 * The desk's rules in Node and in browsers.
 *
 *     const desk = await connect({ desk: "https://desk.example.jp" });
 *     const report = await desk.check(body);      // { accepted: false, issues: [{ path: "/contact/phone", … }], … }
 */

export { connect } from "./connection.js";
export { KakekomiError } from "./error.js";
export { load } from "./module.js";
