import { EXIT, type ExitCode } from './exit-codes.ts';

/** An error that the command line explains by itself: what is wrong in one sentence, and what to do about it. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly advice: string | undefined;

  constructor(message: string, { exitCode = EXIT.failed, advice, cause }: CliErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

interface CliErrorOptions {
  readonly exitCode?: ExitCode;
  readonly advice?: string;
  readonly cause?: unknown;
}

/** The command line, or a file that it names, cannot be understood. */
export class UsageError extends CliError {
  constructor(message: string, advice?: string, cause?: unknown) {
    super(message, { exitCode: EXIT.wrongUsage, ...(advice !== undefined && { advice }), cause });
  }
}

/** Somebody pressed Ctrl-C, or the system asked the program to end. */
export class InterruptedError extends CliError {
  constructor() {
    super('Interrupted.', { exitCode: EXIT.interrupted });
  }
}

interface Explanation {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly advice?: string | undefined;
}

/** What people are told of an error. The SDK's errors are known by their `code`, so that the SDK need not be loaded. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) {
    return { exitCode: error.exitCode, message: error.message, advice: error.advice };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const { exitCode = EXIT.failed, advice } = (isOfStorage(error) ? OF_STORAGE : KNOWN[code]) ?? {};
  return { exitCode, message, advice: issuesOf(error) ?? (code === 'not_sealed' ? inSeconds(error) : advice) };
}

interface Known {
  readonly exitCode?: ExitCode;
  readonly advice?: string;
}

/** A limit that is not met less by waiting. */
const OF_STORAGE: Known = {
  exitCode: EXIT.notConnected,
  advice:
    'Nothing was kept. `GET /v1/storage` with the key of whom it names says how much that is; ask whoever runs the platform for more, or to keep finished requests for less long.',
};
const isOfStorage = (error: unknown): boolean => {
  const policies: unknown = Object(error).violatedPolicies;
  return Array.isArray(policies) && policies.includes('storage');
};

const KNOWN: Readonly<Record<string, Known>> = {
  request_rejected: { exitCode: EXIT.rejected },
  blocked: { exitCode: EXIT.rejected },
  agent_not_connected: {
    exitCode: EXIT.notConnected,
    advice: 'Try later, or have the request wait for the agent with --queue.',
  },
  connection_failed: {
    exitCode: EXIT.notConnected,
    advice: 'Is the address right? `clawcierge doctor` says where it fails.',
  },
  rate_limited: { exitCode: EXIT.notConnected },
  storage_full: {
    exitCode: EXIT.notConnected,
    advice: 'Whoever runs the platform has to make room; what is under way there goes on.',
  },
  overloaded: { exitCode: EXIT.notConnected, advice: 'Try again in a moment: nothing was kept.' },
  wait_timeout: { exitCode: EXIT.timedOut },
  audit_mismatch: {
    exitCode: EXIT.rewritten,
    advice:
      'What is on record there is not what it was. Ask whoever runs the platform, by another way than through it.',
  },
  answer_too_large: {
    advice: 'Is it really the platform? CLAWCIERGE_MAX_ANSWER_BYTES has more taken of it.',
  },
  unauthenticated: { advice: 'Was the key revoked, or is it another platform’s? `clawcierge doctor` tells.' },
  forbidden: { advice: '`clawcierge doctor` says whose key it is and what it may do.' },
  agent_not_found: { advice: 'Handles are lower case, and globally unique on their platform.' },
};

/** When it is worth to try again, as the platform told it. */
function inSeconds(error: unknown): string {
  const seconds = Number(Object(error).retryAfterSeconds);
  return `Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;
}

/** Every problem of an input on a line of its own, but for those that its message has. */
function issuesOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('issues' in error) || !Array.isArray(error.issues)) return undefined;
  const lines = error.issues
    .filter(({ message }) => !error.message.includes(message))
    .map(({ path, message }) => `  ${path}: ${message}`);
  return lines.length === 0 ? undefined : lines.join('\n');
}
