/**
 * The packed files of a program that serves none yet: `npm pack` on a copy, behind a small server. Not needed once /packages/ is served.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARY } from "./desk.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export async function serveFolders() {
  const folder = mkdtempSync(join(tmpdir(), "kakekomi-packed-"));
  for (const name of ["form", "check"]) pack(name, folder);
  const files = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const server = createServer((request, answer) => {
    const name = request.url.split("/").at(-1);
    if (name === "SHA256SUMS") return answer.end(files.map((file) => `0  ${file}\n`).join(""));
    answer.end(readFileSync(join(folder, name)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  server.unref();
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return `http://127.0.0.1:${server.address().port}`;
}

function pack(name, to) {
  const copy = join(to, name);
  cpSync(join(ROOT, "wasm/packages", name), copy, { recursive: true });
  cpSync(join(ROOT, "LICENSE"), join(copy, "LICENSE"));
  const manifest = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
  writeFileSync(join(copy, "package.json"), JSON.stringify({ ...manifest, version: "0.1.0" }, null, 2));
  const made = join(to, "export");
  execFileSync(BINARY, ["export", made], { stdio: "ignore" });
  for (const file of manifest.files.filter((file) => !existsSync(join(copy, file)))) {
    const source = [join(ROOT, "host/export", file), join(made, file)].find(existsSync);
    if (source) cpSync(source, join(copy, file));
  }
  const digest = (file) =>
    `sha384-${createHash("sha384")
      .update(readFileSync(join(copy, file)))
      .digest("base64")}`;
  if (manifest.files.includes("integrity.json"))
    writeFileSync(
      join(copy, "integrity.json"),
      JSON.stringify(
        Object.fromEntries(
          manifest.files.filter((file) => file !== "integrity.json").map((file) => [file, digest(file)]),
        ),
      ),
    );
  execFileSync("npm", ["pack", "--silent", "--pack-destination", to], { cwd: copy, stdio: "ignore" });
}
