/**
 * A page and its locators as Playwright has them, over the few things that a driver has to be able to do:
 *
 *     run(function, argument) → its result in the page     press(x, y)     key(name)     type(text)     visit(address)
 *     resize({ width, height })     on(event, listener)     setInputFiles(selector, path)
 */

import { setTimeout as sleep } from "node:timers/promises";

/** The time between two looks at a condition, in milliseconds. */
const PULSE = 50;

/** Names of keys by WebDriver's code points; puppeteer knows the names themselves. */
export const KEYS = { Enter: "\uE007", Tab: "\uE004", Escape: "\uE00C", Backspace: "\uE003" };

/**
 * A driver within a frame of a partner's page: functions run there, and a press is given to the element
 * itself, since only the page around knows where on the screen it is.
 *
 * @param {(code: any, argument?: any) => Promise<any>} run
 */
export function framed(run) {
  const press = (x, y) =>
    run(
      ({ x, y }) => {
        const hit = document.elementFromPoint(x, y);
        hit.focus();
        hit.click();
      },
      { x, y },
    );
  return { run, press, on: () => undefined };
}

export class Tab {
  /** @param {any} driver */
  constructor(driver) {
    this.driver = driver;
    this.patience = 30_000;
    this.keyboard = { press: (name) => driver.key(name), type: (text) => driver.type(text) };
  }

  setDefaultTimeout(milliseconds) {
    this.patience = milliseconds;
  }

  on(event, listener) {
    this.driver.on(event, listener);
  }

  goto(address) {
    return this.driver.visit(address);
  }

  evaluate(code, argument) {
    return this.driver.run(code, argument);
  }

  async reload() {
    await this.leave(() => location.reload());
  }

  /** Waits for the document that comes after this one. @param {() => void} how */
  async leave(how) {
    await this.evaluate(() => {
      globalThis.left = true;
    });
    await this.evaluate(how).catch(() => undefined);
    await this.waitForFunction(() => !globalThis.left && document.readyState !== "loading");
  }

  title() {
    return this.evaluate(() => document.title);
  }

  /** Until a function gives something true in the page, which is given back. */
  async waitForFunction(code, argument) {
    let last = "it never held";
    for (const end = Date.now() + this.patience; Date.now() < end; await sleep(PULSE)) {
      // A page on its way to another document answers with an error.
      const answer = await this.evaluate(code, argument).catch((failure) => {
        last = String(failure);
      });
      if (answer) return answer;
    }
    throw new Error(
      `waited ${this.patience} ms in vain for ${JSON.stringify(argument ?? null)} in ${String(code).slice(0, 1_000)}: ${last}`,
    );
  }

  /** Chooses a file of this machine, which the page reads from the disk. @param {string} selector @param {string} path */
  setInputFiles(selector, path) {
    return this.driver.setInputFiles(selector, path);
  }

  /** Changes the visible part of the page. @param {{ width: number, height: number }} size */
  setViewportSize(size) {
    return this.driver.resize(size);
  }

  locator(selector, filter) {
    return new Locator(this, [], "only").locator(selector, filter);
  }

  getByLabel(name, how) {
    return new Locator(this, [], "only").getByLabel(name, how);
  }

  getByRole(role, how) {
    return new Locator(this, [], "only").getByRole(role, how);
  }

  getByText(text) {
    return new Locator(this, [], "only").getByText(text);
  }
}

class Locator {
  /** @param {Tab} tab @param {any[]} steps what `find` follows @param {"only" | "first" | "last"} which */
  constructor(tab, steps, which) {
    Object.assign(this, { tab, steps, which });
  }

  first() {
    return new Locator(this.tab, this.steps, "first");
  }

  last() {
    return new Locator(this.tab, this.steps, "last");
  }

  /** A locator within this one. @param {string} css @param {{ hasText?: string | RegExp }} [filter] */
  locator(css, { hasText } = {}) {
    return this.within({ css, text: hasText && pattern(hasText) });
  }

  /** The field of a label. */
  getByLabel(name, how) {
    return this.within({ css: "input, select, textarea", name: pattern(name, how) });
  }

  /** The elements of a role that can be seen. @param {"button" | "link" | "textbox"} role */
  getByRole(role, { name, ...how }) {
    return this.within({ css: ROLES[role], name: pattern(name, how), visible: true });
  }

  /** The innermost elements that have a text. */
  getByText(text) {
    return this.within({ css: "*", text: pattern(text), innermost: true });
  }

  within(step) {
    return new Locator(this.tab, [...this.steps, step], this.which);
  }

  count() {
    return this.tab.evaluate(withAll("return all.length;"), this.plain());
  }

  waitFor({ state = "visible" } = {}) {
    return this.tab.waitForFunction(
      withAll(`
        const shown = Boolean(all[0]?.checkVisibility({ visibilityProperty: true }));
        return { visible: shown, hidden: !shown, attached: all.length > 0, detached: !all.length }[given.state];`),
      { ...this.plain(), state },
    );
  }

  /** Presses the middle of the element, once it is there, is still and nothing is over it; again, if it moved away. */
  async click() {
    const { tab } = this;
    for (const end = Date.now() + tab.patience; Date.now() < end;) {
      const { x, y } = await tab.waitForFunction(withAll(`return (${middle})(all, given)`), this.plain());
      await tab.driver.press(Math.round(x), Math.round(y));
      // Some presses lead to another document, or to none yet.
      const hit = await tab.evaluate(() => globalThis.hit ?? true).catch(() => true);
      if (hit) return;
    }
    throw new Error(`pressed in vain: ${JSON.stringify(this.steps)}`);
  }

  async check() {
    if (!(await this.isChecked())) await this.click();
    await this.tab.waitForFunction(withAll("return all[0].checked;"), this.plain());
  }

  /** Puts a text in the place of what is there, as an input method does it: in one go, with the events of typing. */
  async fill(text) {
    await this.waitFor();
    await this.evaluate((input, given) => {
      input.focus();
      input.select();
      if (input.value !== given) document.execCommand(given ? "insertText" : "delete", false, given);
      if (input.value === given) return;
      // In a frame that has not the window's focus, no command writes.
      input.value = given;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }, text);
  }

  isChecked() {
    return this.evaluate((input) => input.checked);
  }

  inputValue() {
    return this.evaluate((input) => input.value);
  }

  innerText() {
    return this.evaluate((found) => found.innerText);
  }

  getAttribute(name) {
    return this.evaluate((found, given) => found.getAttribute(given), name);
  }

  /** Something about the element, once it is there. */
  async evaluate(code, argument) {
    await this.waitFor({ state: "attached" });
    return this.tab.driver.run(
      withAll(`return (${code})(given.which === "last" ? all.at(-1) : all[0], given.argument);`),
      { ...this.plain(), argument },
    );
  }

  /** Chooses an option of a list by its text. @param {{ label: string }} option */
  selectOption({ label }) {
    return this.evaluate((select, given) => {
      select.value = [...select.options].find((option) => option.label === given).value;
      for (const event of ["input", "change"]) select.dispatchEvent(new Event(event, { bubbles: true }));
    }, label);
  }

  /** The part of it that a function in the page is given. */
  plain() {
    return { steps: this.steps, which: this.which };
  }
}

/** The elements of each role. */
const ROLES = { button: "button", link: "a[href]", textbox: "input, textarea" };

/** A text as an expression for the page. @param {string | RegExp} text */
function pattern(text, { exact = false } = {}) {
  if (text instanceof RegExp) return text.source;
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return exact ? `^${literal}$` : literal;
}

/** A function for the page, in whose body `all` are the elements that `given.steps` find. @param {string} body */
function withAll(body) {
  return new Function("given", `const all = (${find})(given.steps);\n${body}`);
}

/** Runs in the page: the elements that one step after another leads to. */
function find(steps) {
  const plain = (text) => text.replaceAll(/\s+/g, " ").trim();
  const name = (one) => {
    const labels = [...(one.labels ?? [])].map((label) => label.textContent).join(" ");
    return plain(one.getAttribute("aria-label") ?? (labels || one.textContent));
  };
  const fits = (one, step) =>
    (!step.name || new RegExp(step.name).test(name(one))) &&
    (!step.text || new RegExp(step.text).test(plain(one.textContent))) &&
    (!step.visible || one.checkVisibility({ visibilityProperty: true })) &&
    (!step.innermost || ![...one.children].some((child) => new RegExp(step.text).test(plain(child.textContent))));
  const follow = (roots, step) => [
    ...new Set(roots.flatMap((root) => [...root.querySelectorAll(step.css)].filter((one) => fits(one, step)))),
  ];
  return steps.reduce(follow, [document]);
}

/** Runs in the page: where an element can be pressed, or null; `hit` then tells whether the press reached it. */
async function middle(all, { steps, which }) {
  const found = which === "last" ? all.at(-1) : all[0];
  if (which === "only" && all.length > 1) throw new Error(`${all.length} elements are ${JSON.stringify(steps)}`);
  found?.scrollIntoView({ block: "center", behavior: "instant" });
  const before = found?.getBoundingClientRect();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const box = found?.getBoundingClientRect();
  if (!box?.width || box.x !== before.x || box.y !== before.y) return null;
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const reaches = (target) => target !== null && (found.contains(target) || target.contains(found));
  if (!reaches(document.elementFromPoint(point.x, point.y))) return null;
  globalThis.hit = false;
  addEventListener(
    "click",
    (event) => {
      globalThis.hit ||= found.contains(event.composedPath()[0]);
    },
    { once: true, capture: true },
  );
  return point;
}
