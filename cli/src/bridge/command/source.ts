import type { CapabilityInput } from '@clawcierge/agent-sdk';
import { checkProgram, type Program, startProgram } from '../child-process.ts';
import { eachLine } from '../lines.ts';
import { messageFor, readResult, resultIn } from '../message.ts';
import type { BridgeCall, BridgeSource, CallIo, Say } from '../source.ts';
import { Remarks } from './remarks.ts';

export interface CommandSourceOptions {
  readonly program: Program;
  readonly capabilities: readonly CapabilityInput[];
  readonly resultMaxBytes: number;
  readonly say: Say;
}

/** A program that is started for each request: the request is its stdin, the result its stdout. */
export class CommandSource implements BridgeSource {
  readonly #options: CommandSourceOptions;

  constructor(options: CommandSourceOptions) {
    this.#options = options;
  }

  /** Says at once that there is no such program: with the first request it would be too late. */
  async open(): Promise<void> {
    await checkProgram(this.#options.program);
  }

  async describe(): Promise<readonly CapabilityInput[]> {
    return this.#options.capabilities;
  }

  onChange(): () => void {
    return () => {};
  }

  onEnd(): void {}

  async perform(call: BridgeCall, io: CallIo): Promise<unknown> {
    const { program, resultMaxBytes, say } = this.#options;
    io.signal.throwIfAborted();
    const running = await startProgram({ ...program, env: { ...program.env, ...variablesOf(call) } });
    const end = () => running.end();
    io.signal.addEventListener('abort', end, { once: true });
    try {
      if (io.signal.aborted) end();
      const remarks = new Remarks(io);
      eachLine(running.stderr, (line) => {
        if (remarks.hear(line)) say(`${call.action}: ${line}`);
      });
      running.stdin.end(`${messageFor(call)}\n`);
      const output = await readResult(running.stdout, resultMaxBytes, 'program');
      const ended = await running.ended;
      io.signal.throwIfAborted();
      if (ended.code !== 0) throw remarks.failure(ended);
      return resultIn(output, 'program');
    } finally {
      io.signal.removeEventListener('abort', end);
      end();
    }
  }

  async close(): Promise<void> {}
}

/** For programs that read no JSON. What an action may be called is bounded, so no shell reads anything into it. */
const variablesOf = ({ id, action, senderId }: BridgeCall) => ({
  CLAWCIERGE_REQUEST_ID: id,
  CLAWCIERGE_ACTION: action,
  CLAWCIERGE_SENDER_ID: senderId,
});
