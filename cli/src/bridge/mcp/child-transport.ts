import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from '@modelcontextprotocol/client';
import { MESSAGE_MAX_BYTES } from '../../bounded-fetch.ts';
import { type Program, type ProgramEnd, type RunningProgram, startProgram } from '../child-process.ts';
import { eachLine } from '../lines.ts';
import type { Say } from '../source.ts';

/** How long a server has to end by itself once nothing more comes. */
const END_OF_INPUT_MS = 1_500;

/**
 * A server as a child process, spoken to over its stdin and stdout. Unlike the SDK's own transport it ends everything that
 * the server has started, and hands on what is written to stderr line by line.
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Both names tell the SDK that this is a pipe: a probe that nobody answers means an older server, not a lost one. */
  readonly stderr = null;
  pid: number | null = null;
  readonly #program: Program;
  readonly #say: Say;
  readonly #buffer = new ReadBuffer({ maxBufferSize: MESSAGE_MAX_BYTES });
  #running: RunningProgram | undefined;

  constructor(program: Program, say: Say) {
    this.#program = program;
    this.#say = say;
  }

  async start(): Promise<void> {
    const running = await startProgram(this.#program);
    this.#running = running;
    this.pid = running.pid;
    eachLine(running.stderr, this.#say);
    running.stdout.on('data', (data: Buffer) => this.#received(data));
    running.ended.then((end) => this.#ended(end));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#running?.stdin;
    if (!stdin?.writable) throw new Error('The server has ended.');
    await new Promise<void>((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stdin.end();
    const callOff = setTimeout(() => running.end(), END_OF_INPUT_MS);
    await running.ended;
    clearTimeout(callOff);
  }

  #received(data: Buffer): void {
    try {
      this.#buffer.append(data);
      for (let message = this.#next(); message !== null; message = this.#next()) this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(error as Error);
      this.#running?.end();
    }
  }

  /** The next message; what is none, such as a line that the server should have written to stderr, is passed over. */
  #next(): JSONRPCMessage | null {
    for (;;) {
      try {
        return this.#buffer.readMessage();
      } catch (error) {
        this.onerror?.(error as Error);
      }
    }
  }

  #ended({ code, signal }: ProgramEnd): void {
    this.#running = undefined;
    if (code !== 0)
      this.#say(signal === null ? `The server ended with exit code ${code}.` : `The server ended by ${signal}.`);
    this.onclose?.();
  }
}
