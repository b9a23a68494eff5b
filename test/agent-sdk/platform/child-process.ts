import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { eventually, within } from '../../testkit/eventually.ts';

export type Child = {
  stdout(): string;
  stderr(): string;
  /** Waits until it has written the text, to either stream. */
  says(text: string): Promise<void>;
  /** Types a line, as somebody at its terminal does, or ends what is typed; only where it reads any. */
  types(line: string | null): void;
  /** From now on nobody reads what it writes there, as when the program that it is piped to has ended. */
  isHeardNoMore(at: 'stdout' | 'stderr'): void;
  kill(signal: NodeJS.Signals): void;
  /** How it ended: its exit code, or the signal that ended it. */
  ended(ms?: number): Promise<number | NodeJS.Signals | null>;
};

type Surroundings = {
  /** Which Node; this process's own when left out. */
  readonly node?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether somebody types. @default false */
  readonly isTypedTo?: boolean;
};

/** Runs Node with the arguments, without this process's environment; killed when the test is over. */
export function runNode(
  args: readonly string[],
  { node = process.execPath, cwd, env = {}, isTypedTo = false }: Surroundings = {},
): Child {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(node, args, {
    ...(cwd !== undefined && { cwd }),
    env: { PATH, HOME, ...env },
    stdio: [isTypedTo ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (data) => (written[name] += String(data)));
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    says: (text) =>
      eventually(() => {
        if (`${written.stdout}${written.stderr}`.includes(text)) return;
        throw new Error(`it did not say "${text}", but: ${written.stdout}${written.stderr}`);
      }),
    types: (line) => {
      if (line === null) child.stdin?.end();
      else child.stdin?.write(`${line}\n`);
    },
    isHeardNoMore: (at) => void child[at]?.destroy(),
    kill: (signal) => void child.kill(signal),
    async ended(ms = 20_000) {
      const [code, signal] = await within(closed, `end of the process, which wrote ${JSON.stringify(written)}`, ms);
      return signal ?? code;
    },
  };
}
