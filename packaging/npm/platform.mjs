#!/usr/bin/env node
// Makes the npm package of one platform from a release binary.
// usage: node packaging/npm/platform.mjs TARGET BINARY DIR
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const platforms = {
  "aarch64-apple-darwin": { name: "darwin-arm64", os: "darwin", cpu: "arm64" },
  "x86_64-apple-darwin": { name: "darwin-x64", os: "darwin", cpu: "x64" },
  "aarch64-unknown-linux-gnu": { name: "linux-arm64-gnu", os: "linux", cpu: "arm64", libc: "glibc" },
  "aarch64-unknown-linux-musl": { name: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl" },
  "x86_64-unknown-linux-gnu": { name: "linux-x64-gnu", os: "linux", cpu: "x64", libc: "glibc" },
  "x86_64-unknown-linux-musl": { name: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl" },
  "aarch64-pc-windows-msvc": { name: "win32-arm64", os: "win32", cpu: "arm64" },
  "x86_64-pc-windows-msvc": { name: "win32-x64", os: "win32", cpu: "x64" },
};

const [target, binary, to] = process.argv.slice(2);
const platform = platforms[target];
if (!platform || !binary || !to) {
  console.error(`usage: platform.mjs TARGET BINARY DIR, with TARGET one of:\n  ${Object.keys(platforms).join("\n  ")}`);
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const main = JSON.parse(readFileSync(join(here, "ai-detect/package.json"), "utf8"));
const file = platform.os === "win32" ? "ai-detect.exe" : "ai-detect";
const manifest = {
  name: `@ai-detect/${platform.name}`,
  version: main.version,
  description: `The ai-detect binary for ${target}`,
  license: main.license,
  repository: main.repository,
  files: [file],
  preferUnplugged: true,
  os: [platform.os],
  cpu: [platform.cpu],
  ...(platform.libc && { libc: [platform.libc] }),
};
if (!Object.hasOwn(main.optionalDependencies, manifest.name)) throw new Error(`${manifest.name} is no optional dependency`);
mkdirSync(to, { recursive: true });
copyFileSync(binary, join(to, file));
chmodSync(join(to, file), 0o755);
for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(root, license), join(to, license));
writeFileSync(join(to, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
writeFileSync(join(to, "README.md"), `# ${manifest.name}\n\nThe binary of \`ai-detect\` for ${target}. Install \`ai-detect\`, which brings the one that fits.\n`);
