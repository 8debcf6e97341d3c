/**
 * The packed files: those that the desk serves, `http://127.0.0.1:41001/packages/kakekomi-check-0.1.0.tgz`.
 *
 *     const urls = await packedUrls(desk);
 *     urls.form, urls.check
 */

import assert from "node:assert/strict";

/** The address of each npm package at a desk. @param {{ base: string }} desk @returns {Promise<Record<string, string>>} */
export async function packedUrls({ base }) {
  const sums = await fetch(`${base}/packages/SHA256SUMS`);
  assert.equal(sums.status, 200, "the desk serves its packages");
  const files = (await sums.text()).split("\n").flatMap((line) => line.split(/\s+/)[1] ?? []);
  const url = (name) => {
    const file = files.find((one) => one.startsWith(`kakekomi-${name}-`) && one.endsWith(".tgz"));
    assert.ok(file, `the desk serves kakekomi-${name}-….tgz`);
    return `${base}/packages/${file}`;
  };
  return { form: url("form"), check: url("check") };
}
