/**
 * Single sign-on: a real browser signs in at oidc-provider, which is another site than the desk, and both end sessions.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import { freePort, launch, startDesk } from "./desk.mjs";
import { CLIENT_ID, CLIENT_SECRET, startProvider } from "./identity_provider.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Starts a provider and a desk that knows it. @param {object} people @param {{ client?: object, secret?: boolean, more?: string }} [options] */
async function start(t, people, { client = {}, secret = true, more = "" } = {}) {
  const port = await freePort();
  const desk = `http://127.0.0.1:${port}`;
  const provider = await startProvider(desk, people, client);
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-oidc-"));
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, `${CLIENT_SECRET}\n`, { mode: 0o600 });
  const settings = join(folder, "kakekomi.toml");
  writeFileSync(
    settings,
    `[oidc]
issuer = "${provider.issuer}"
client_id = "${CLIENT_ID}"
${secret ? `client_secret = "${secretFile}"` : ""}
role_claim = "groups"
${more}
[oidc.roles]
operator = ["desk"]
lead = ["desk-leads"]
`,
  );
  const arguments_ = ["--config", settings, "--desk-listen", `127.0.0.1:${port}`, "--desk-url", desk];
  const running = await startDesk(arguments_);
  const context = await browser.newContext({ locale: "ja" });
  t.after(async () => {
    await context.close();
    await Promise.all([running.stop(), provider.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { desk, provider, context, page: await context.newPage(), words: running.words };
}

/** Signs in at the provider's own pages. */
async function signInAtProvider(page, desk, login, path = "/") {
  await page.goto(`${desk}${path}`);
  await page.getByRole("button", { name: "シングルサインオンでログインする" }).click();
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Fails with every barrier that axe finds on a page. */
async function hasNoBarrier(page) {
  await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
    page.url(),
  );
}

const sato = { preferred_username: "Sato", name: "佐藤 花子", groups: ["all", "desk"] };

describe("single sign-on with oidc-provider", { timeout: 120_000 }, () => {
  test("a person signs in, gets the page that was asked for, and signs out at both", async (t) => {
    const people = { 1: { ...sato } };
    const { desk, context, page, words } = await start(t, people);
    await page.goto(`${desk}/login`);
    await hasNoBarrier(page);
    await signInAtProvider(page, desk, "1", "/sessions");
    await page.waitForURL(`${desk}/sessions`);
    await page.getByText("佐藤 花子").first().waitFor();
    assert.equal(await page.getByRole("link", { name: "パスワードや認証アプリを変更する" }).count(), 0);
    const cookies = await context.cookies(desk);
    assert.equal(cookies.find((cookie) => cookie.name === "kakekomi-desk").sameSite, "Strict");
    assert.equal(
      cookies.some((cookie) => cookie.name === "kakekomi-desk-oidc"),
      false,
      "the attempt's cookie is gone",
    );
    await page.goto(`${desk}/renew`);
    await page.getByText("認証サーバーで変更してください").waitFor();

    await page.getByRole("button", { name: "ログアウト" }).click();
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.waitForURL(`${desk}/login?signed_out=1`);
    await page.getByText("ログアウトしました。").waitFor();

    // The role follows the claim, and the account its subject.
    people[1] = { ...sato, preferred_username: "other", groups: ["desk-leads"] };
    await signInAtProvider(page, desk, "1");
    await page.getByText("責任者").waitFor();
    for (const secret of ["code=", "eyJ", CLIENT_SECRET]) assert.equal(words().includes(secret), false, secret);
  });

  test("the provider ends the session of the desk by back-channel logout", async (t) => {
    const { desk, provider, page } = await start(t, { 1: { ...sato } });
    await signInAtProvider(page, desk, "1", "/sessions");
    await page.waitForURL(`${desk}/sessions`);
    await page.goto(`${provider.issuer}/session/end`);
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.getByText("Sign-out Success").waitFor();
    await page.goto(`${desk}/sessions`);
    await page.waitForURL(/\/login\?next=/);
  });

  test("a public client signs in without script; a person without a role is told what to ask for", async (t) => {
    const people = { 1: { ...sato }, 2: { preferred_username: "abe", groups: ["all"] } };
    const client = {
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "RS256",
      client_secret: undefined,
    };
    const { desk, page } = await start(t, people, { client, secret: false, more: "local_accounts = false" });
    await page.goto(`${desk}/login`);
    assert.equal(await page.getByLabel("パスワード").count(), 0);
    await signInAtProvider(page, desk, "2");
    await page.getByText("窓口の役割が与えられていません").waitFor();
    await page.getByText("oidc.no_role").waitFor();
    await hasNoBarrier(page);

    const plain = await browser.newContext({ locale: "ja", javaScriptEnabled: false });
    t.after(() => plain.close());
    const withoutScript = await plain.newPage();
    await signInAtProvider(withoutScript, desk, "1", "/sessions");
    await withoutScript.waitForURL(`${desk}/sessions`);
  });
});
