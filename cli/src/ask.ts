import { createInterface } from 'node:readline/promises';
import { InterruptedError } from './errors.ts';

/** Asks a question at the terminal; only yes is yes. Throws an InterruptedError at Ctrl-C, which readers of a terminal get. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const pressed = new AbortController();
  terminal.on('SIGINT', () => pressed.abort());
  try {
    const ends = AbortSignal.any([signal, pressed.signal]);
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal: ends })).trim());
  } catch (error) {
    if (!pressed.signal.aborted) throw error;
    process.stderr.write('\n');
    throw new InterruptedError();
  } finally {
    terminal.close();
  }
}

/** Whether there is somebody to ask. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;
