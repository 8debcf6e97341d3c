/**
 * A network between browser and desk that can be slow, break in the middle of a body, and be gone; it reads nothing of what passes.
 *
 *     const network = await openNetwork(desk.base);
 *     await page.goto(network.base);
 *     network.breakAfter(5_000_000);                     // all connections break once that many more bytes have left the browser
 *     await network.broken();
 *     network.open();                                    // new connections pass again
 *     network.rate = 1_000_000;                          // bytes a second that leave the browser
 */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** @param {string} base of the desk */
export async function openNetwork(base) {
  const { hostname, port } = new URL(base);
  const sockets = new Set();
  const network = { base: "", rate: Infinity, left: Infinity, isShut: false };
  const add = (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true }, (browser) => {
    if (network.isShut) return browser.destroy();
    const desk = connect({ host: hostname, port: Number(port), noDelay: true });
    add(browser);
    add(desk);
    desk.pipe(browser);
    desk.on("close", () => browser.destroy());
    browser.on("close", () => desk.destroy());
    forward(browser, desk).catch(() => desk.destroy());
  });

  async function forward(browser, desk) {
    for await (const bytes of browser) {
      network.left -= bytes.length;
      if (network.left <= 0) return network.shut();
      if (!desk.write(bytes)) await Promise.race([once(desk, "drain"), once(desk, "close")]).catch(() => undefined);
      if (network.rate < Infinity) await sleep((1000 * bytes.length) / network.rate);
    }
    desk.end();
  }
  network.breakAfter = (bytes) => {
    network.left = bytes;
  };
  network.broken = async () => {
    while (!network.isShut) await sleep(20);
  };
  network.shut = () => {
    network.isShut = true;
    for (const socket of sockets) socket.destroy();
  };
  network.open = () => Object.assign(network, { isShut: false, left: Infinity });
  network.stop = async () => {
    network.shut();
    server.close();
    await once(server, "close");
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  network.base = `http://127.0.0.1:${server.address().port}`;
  return network;
}
