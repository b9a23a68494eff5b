#!/usr/bin/env node
// Plain JavaScript that any Node.js reads, and there before the build: npm links it when it installs, and an older Node.js is told so.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`clawcierge needs Node.js 22.12 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  await import('../dist/main.js');
}
