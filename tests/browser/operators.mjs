/**
 * The actions of an operator in the browser: set-up, sign-in, the queue, a case. Each action is counted.
 */

import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startDesk } from "./desk.mjs";

export const PASSWORD = "とてもながい合言葉 すずめ 7";
/** Seconds of one time step of a one-time code (RFC 6238). */
const STEP = 30;

/** Starts a desk with the operators' pages; `link` is where the first account is set up. @param {string[]} [more] */
export async function startWithOperators(more = []) {
  const desk = await startDesk(["--desk-listen", "127.0.0.1:0", ...more]);
  for (;;) {
    const link = /set up the account lead \(lead\) at (\S+)/.exec(desk.words())?.[1];
    const admin = /set up the account admin \(admin\) at (\S+)/.exec(desk.words())?.[1];
    if (link && admin) return { ...desk, link, adminLink: admin, desk: new URL(link).origin };
    await sleep(20);
  }
}

/** The one-time code of a secret in base 32, now or some steps later. @param {string} secret */
export function oneTimeCode(secret, stepsLater = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(/[\s=]/g, "").toUpperCase()]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP) + stepsLater));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest.at(-1) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A page whose actions are counted, found by visible names alone. */
export class Operator {
  actions = 0;

  /** @param {any} page of Playwright, or a `Tab` */
  constructor(page) {
    this.page = page;
  }

  async fill(label, text, within = this.page) {
    this.actions += 1;
    await within.getByLabel(label, { exact: true }).fill(text);
  }

  async press(name, within = this.page) {
    this.actions += 1;
    await within.getByRole("button", { name, exact: true }).click();
  }

  async follow(name) {
    this.actions += 1;
    await this.page.getByRole("link", { name, exact: true }).first().click();
  }

  async unfold(name) {
    this.actions += 1;
    await this.page.locator("summary", { hasText: new RegExp(`^${name}$`) }).click();
  }

  async choose(label, option, within = this.page) {
    this.actions += 1;
    await within.getByLabel(label, { exact: true }).selectOption({ label: option });
  }

  async check(label, within = this.page) {
    this.actions += 1;
    await within.getByLabel(label, { exact: true }).check();
  }

  /** Waits for a text of the page; reading is no action. */
  async read(text) {
    await this.page.getByText(text).first().waitFor();
  }
}

/** Sets up an account and signs in; returns the secret of its authenticator. @param {Operator} operator @param {string} name */
export async function setUpAndSignIn(operator, link, name) {
  const { page } = operator;
  await page.goto(link);
  const secret = await page.locator("code.number").first().innerText();
  await operator.fill("新しいパスワード", PASSWORD);
  await operator.fill("新しいパスワード（もう一度）", PASSWORD);
  await operator.fill("認証アプリの確認コード", oneTimeCode(secret));
  await operator.press("初期設定を終える");
  await operator.read("それぞれ一度だけ使えます");
  const recovery = await page.locator(".codes code").first().innerText();
  await operator.follow("ログインへ進む");
  await operator.fill("ログイン名", name);
  await operator.fill("パスワード", PASSWORD);
  // The code of this step is used; the next one is accepted a little early.
  await operator.fill("確認コード", oneTimeCode(secret, 1));
  await operator.press("ログインする");
  await operator.read("ログアウト");
  return { secret, recovery };
}
