import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './server-process.ts';

const BINARY = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find((path) => existsSync(path));

/** For `describe.skipIf`: tests that need an nginx are skipped where the machine has none. */
export const HAS_NGINX = BINARY !== undefined;

/** What a configuration names that is elsewhere in a test: each text is replaced by its value. */
type Replacements = Readonly<Record<string, string>>;

/** The configuration as nginx reads it, in a folder of its own; what `nginx -t` says of it. */
export function checkNginx(file: string, replacements: Replacements): { readonly path: string; readonly said: string } {
  if (BINARY === undefined) throw new Error('there is no nginx on this machine');
  const folder = temporaryFolder();
  const path = join(folder, basename(file));
  let text = `pid ${folder}/nginx.pid;\n${readFileSync(file, 'utf8').replace(/^pid .*$/m, '')}`;
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`${file} names no ${from}`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(path, text);
  copyFileSync(join(dirname(file), 'proxy.conf'), join(folder, 'proxy.conf'));
  spawnSync(BINARY, ['-t', '-p', folder, '-c', path], { stdio: outputTo(folder) });
  return { path, said: readFileSync(join(folder, 'output'), 'utf8') };
}

/** Runs nginx with the configuration until the test is over. */
export function startNginx(path: string): ChildProcess {
  if (BINARY === undefined) throw new Error('there is no nginx on this machine');
  const nginx = spawn(BINARY, ['-p', dirname(path), '-c', path, '-g', 'daemon off;'], {
    stdio: outputTo(dirname(path)),
  });
  onTestFinished(async () => {
    if (nginx.exitCode !== null || nginx.signalCode !== null) return;
    const exited = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await exited;
  });
  return nginx;
}

/** Its configuration opens /dev/stdout, which cannot be done where that is a socket, as Node's pipes are. */
function outputTo(folder: string): ['ignore', number, number] {
  const file = openSync(join(folder, 'output'), 'a');
  return ['ignore', file, file];
}
