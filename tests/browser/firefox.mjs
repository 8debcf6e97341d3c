/**
 * Firefox as the distribution ships it, driven through WebDriver BiDi, which it speaks itself.
 */

import puppeteer from "puppeteer-core";
import { existsSync } from "node:fs";
import { framed, Tab } from "./tab.mjs";

export const FIREFOX =
  [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path && existsSync(path)) ?? "";

export async function launch() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: true,
    timeout: 120_000,
    protocolTimeout: 120_000,
  });
  return { newContext: (given) => newContext(browser, given), close: () => browser.close() };
}

/** @param {import("puppeteer-core").Browser} browser @param {{ viewport?: { width: number, height: number } }} given */
async function newContext(browser, { viewport = { width: 1280, height: 900 } } = {}) {
  const context = await browser.createBrowserContext();
  const newPage = async () => {
    const page = await context.newPage();
    await page.setViewport(viewport);
    return new Tab({
      run: (code, argument) => named(page.evaluate(code, argument), code),
      press: (x, y) => page.mouse.click(x, y),
      key: (name) => page.keyboard.press(name),
      type: (text) => page.keyboard.type(text),
      visit: (address) => page.goto(address),
      resize: (size) => page.setViewport(size),
      setInputFiles: async (selector, path) => (await page.waitForSelector(selector)).uploadFile(path),
      on: (event, listener) => page.on(event, listener),
      frame: () =>
        framed((code, argument) =>
          named(
            page
              .frames()
              .find((frame) => frame.url().includes("from="))
              .evaluate(code, argument),
            code,
          ),
        ),
    });
  };
  return { newPage, close: () => context.close() };
}

/** The result of a function in the page; an error names the function. */
async function named(answer, code) {
  try {
    return await answer;
  } catch (failure) {
    throw new Error(`${failure.message}: ${String(code).slice(0, 1_000)}`, { cause: failure });
  }
}
