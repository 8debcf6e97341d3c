/**
 * An identity provider for tests: oidc-provider, an implementation of other authors, with its own pages for signing in.
 *
 * The people are the logins that a test types; their claims are in `people`.
 */

import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { freePort } from "./desk.mjs";

export const CLIENT_ID = "kakekomi";
export const CLIENT_SECRET = "a secret: with spaces & signs of %41";

/**
 * Starts a provider for a desk. It is another site than the desk, which has the address 127.0.0.1.
 *
 * @param {string} desk address of the desk
 * @param {Record<string, object>} people claims by login
 * @param {object} [client] further members of the client's registration
 */
export async function startProvider(desk, people, client = {}) {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${desk}/oidc/callback`],
        post_logout_redirect_uris: [`${desk}/login?signed_out=1`],
        backchannel_logout_uri: `${desk}/oidc/logout`,
        backchannel_logout_session_required: true,
        ...client,
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups"] },
    features: { backchannelLogout: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ["a key of the tests"] },
    // Its own dispatcher refuses addresses of this machine, where the desk is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  const server = createServer(provider.callback()).listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { issuer, provider, stop };
}
