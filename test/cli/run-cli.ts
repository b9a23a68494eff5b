import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Child, runNode } from '../agent-sdk/platform/child-process.ts';

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

/** A folder of its own for the test: the working directory and the home of the programs that are run in it. */
export type Home = {
  readonly folder: string;
  /** Writes a file into it, and answers its path. */
  write(name: string, content: string | object): string;
  /** Starts `clawcierge` with the arguments. */
  start(args: readonly string[], options?: Surroundings): Child;
  /** Runs it to its end. */
  run(args: readonly string[], options?: Surroundings): Promise<Ran>;
};

type Surroundings = {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTypedTo?: boolean;
  /** Whether it runs in a terminal of its own, where both its streams are stdout. */
  readonly isInTerminal?: boolean;
};

export type Ran = {
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of stdout as the JSON that it is. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of it
  readonly json: readonly any[];
};

/** The environment of whoever uses that platform with that key. */
export const as = ({ url }: { readonly url: string }, { apiKey }: { readonly apiKey: string }) => ({
  env: { CLAWCIERGE_URL: url, CLAWCIERGE_KEY: apiKey },
});

/** Where `clawcierge` can be run without touching this machine's own settings; removed when the test is over. */
export function homeForTest(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start: Home['start'] = (args, { env = {}, isTypedTo = false, isInTerminal = false } = {}) => {
    const command = [MAIN, ...args];
    const surroundings = {
      cwd: folder,
      isTypedTo: isTypedTo || isInTerminal,
      env: { HOME: folder, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
    };
    if (!isInTerminal) return runNode(command, surroundings);
    const quoted = [process.execPath, ...command].map((word) => `'${word}'`).join(' ');
    return runNode(['-qec', quoted, '/dev/null'], { ...surroundings, node: 'script' });
  };
  return {
    folder,
    write(name, content) {
      const file = join(folder, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    start,
    async run(args, options) {
      const child = start(args, options);
      const code = await child.ended(60_000);
      const stdout = child.stdout();
      return {
        code,
        stdout,
        stderr: child.stderr(),
        get json() {
          return stdout
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line));
        },
      };
    },
  };
}
