import { fileURLToPath } from 'node:url';
import { pythonWithWebsockets, startPythonProgram } from '../testkit/python.ts';

const PROGRAM = fileURLToPath(new URL('./sdk_calls.py', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
type Answer = any;
type Line = { readonly n: number; readonly answer?: Answer; readonly error?: Answer };
type Kwargs = Readonly<Record<string, unknown>>;

/** The Python SDK with somebody's key, whose functions a test calls. `options` are those of `Sender`. */
export function pythonSdk(at: { readonly url: string }, { apiKey }: { readonly apiKey: string }, options: Kwargs = {}) {
  const env = { API_KEY: apiKey, SENDER_OPTIONS: JSON.stringify(options) };
  const program = startPythonProgram<Line>(pythonWithWebsockets ?? '', [PROGRAM, at.url], env);
  let calls = 0;
  const outcome = (call: string, args: readonly unknown[], kwargs: Kwargs, rest: object): Promise<Line> => {
    calls += 1;
    const n = calls;
    program.tell({ n, call, args, kwargs, ...rest });
    return program.lines.take((line) => line.n === n, `what became of ${call}`);
  };
  return {
    log: program.log,
    /** What the call answers. */
    async call(call: string, args: readonly unknown[] = [], kwargs: Kwargs = {}, rest: object = {}): Promise<Answer> {
      const { answer, error } = await outcome(call, args, kwargs, rest);
      if (error) throw new Error(`${call} raised ${JSON.stringify(error)}`);
      return answer;
    },
    /** What the call raises: the name of its class, and its fields. */
    async error(call: string, args: readonly unknown[] = [], kwargs: Kwargs = {}, rest: object = {}): Promise<Answer> {
      const { answer, error } = await outcome(call, args, kwargs, rest);
      if (!error) throw new Error(`${call} answered ${JSON.stringify(answer)}`);
      return error;
    },
  };
}
