#!/usr/bin/env node
// Starts the binary that the optional dependency for this platform brought. Nothing is downloaded here,
// and no script runs while installing.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
// The package manager installs what fits the system's C library; an old one installs both.
const packages = process.platform === "linux" ? [`${platform}-gnu`, `${platform}-musl`] : [platform];
const file = process.platform === "win32" ? "ai-detect.exe" : "ai-detect";

for (const name of packages) {
  let binary;
  try {
    binary = require.resolve(`@ai-detect/${name}/${file}`);
  } catch {
    continue;
  }
  const ran = spawnSync(binary, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
  // Where the loader of its C library is missing, a binary that is there is "not found".
  if (ran.error && ran.error.code === "ENOENT") continue;
  if (ran.error) {
    console.error(`ai-detect: ${binary}: ${ran.error.message}`);
    process.exit(3);
  }
  if (ran.signal) process.kill(process.pid, ran.signal);
  process.exit(ran.status === null ? 3 : ran.status);
}
console.error(
  `ai-detect: no binary for ${platform} is installed. Optional dependencies may be switched off ` +
    "(--omit=optional), or there is no release for this platform: see docs/install.md for other ways.",
);
process.exit(3);
