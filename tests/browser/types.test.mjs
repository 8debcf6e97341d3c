/**
 * The page's JSDoc types hold, as `tsc` reads them, and those of the element do in React's JSX and in Vue.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("tsc finds nothing wrong with the page", () => {
  const compiler = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
  const project = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [compiler, "--project", project], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

/** The parts of the libraries' types that the element's types are made of (React 19, Vue 3). */
const LIBRARIES = {
  "react/index.d.ts": `export interface Attributes { key?: string | null }
export interface HTMLAttributes<T> { className?: string; lang?: string; children?: unknown; onClick?: (event: T) => void }
export type DetailedHTMLProps<E extends HTMLAttributes<T>, T> = { ref?: (found: T | null) => void } & E;
export namespace JSX { interface IntrinsicElements { a: HTMLAttributes<HTMLAnchorElement> & { href?: string } } }`,
  "react/jsx-runtime.d.ts": `import type * as React from "./index.js";
export namespace JSX { interface IntrinsicElements extends React.JSX.IntrinsicElements {} }
export function jsx(...given: unknown[]): unknown;
export function jsxs(...given: unknown[]): unknown;`,
  "vue/index.d.ts": `export interface HTMLAttributes { class?: unknown; lang?: string }
export interface PublicProps { key?: string }
export interface GlobalComponents {}`,
};

const JSX = `import type { KakekomiForm } from "@kakekomi/form";
import type {} from "@kakekomi/form/react";
export const page = (
  <kakekomi-form
    ref={(form: KakekomiForm | null) => form?.receipt}
    className="x"
    partner="pk_live_chamber"
    mode="inline"
    onkakekomi-submitted={({ detail }) => console.log(detail.receipt.length)}
    onkakekomi-error={({ detail }) => console.log(detail.code.length)}
  >
    <a href="/">link</a>
  </kakekomi-form>
);
// @ts-expect-error there is no such mode
export const wrong = <kakekomi-form mode="popup" />;
`;

const TEMPLATE = `import type { GlobalComponents } from "vue";
import type {} from "@kakekomi/form/vue";
type Props = InstanceType<GlobalComponents["kakekomi-form"]>["$props"];
export const props: Props = {
  partner: "pk_live_chamber",
  lang: "ja",
  class: "x",
  onKakekomiSubmitted: ({ detail }) => console.log(detail.receipt.length),
};
// @ts-expect-error there is no such mode
export const wrong: Props = { mode: "popup" };
`;

test("the element is typed in React's JSX and in Vue's templates", () => {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-types-"));
  const put = (name, text) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(LIBRARIES)) put(`node_modules/${name}`, text);
  const installed = join(folder, "node_modules/@kakekomi/form");
  for (const source of ["../../host/export", "../../wasm/packages/form"])
    cpSync(fileURLToPath(new URL(source, import.meta.url)), installed, { recursive: true });
  put("page.tsx", JSX);
  put("template.ts", TEMPLATE);
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      fileURLToPath(import.meta.resolve("typescript/bin/tsc")),
      ..."--strict --noEmit --target es2022 --module esnext --moduleResolution bundler --jsx react-jsx".split(" "),
      "page.tsx",
      "template.ts",
    ],
    { encoding: "utf8", cwd: folder },
  );
  rmSync(folder, { recursive: true });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
