import { anyHttpCall, type HttpInput } from './bodies.ts';
import { anyDocument } from './documents.ts';
import { type Door, forAll } from './door.ts';
import { call, type HttpAnswer } from './http-calls.ts';
import { judgeGraphql, judgeMcp, judgeRest, Violation } from './judge.ts';
import { anyMcpMessage } from './mcp-messages.ts';
import { type Roll, Tape } from './tape.ts';
import { namedOf, type Target } from './target.ts';
import { naming } from './texts.ts';

const CALLS_AT_ONCE = 16;
const REQUEST = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

type HttpDoor = {
  readonly name: string;
  readonly inputs: number;
  make(tape: Tape, again: number): HttpInput;
  judge(answer: HttpAnswer, what: string): unknown;
};

function httpDoor(target: Target, { name, inputs, make, judge }: HttpDoor): Door {
  const counts: Record<string, number> = { succeeded: 0, 'answered 503': 0 };
  let request = REQUEST;
  const named = namedOf(target, () => request);
  const { agent, senderKey } = target;
  const made = (roll: Roll, again = 0) => {
    const tape = new Tape(roll);
    const key = tape.oneOf([senderKey, agent.key, senderKey, agent.key, undefined, `${senderKey}x`]);
    const { path, body, ...others } = make(tape, again);
    const input = { ...others, path: naming(path, named), ...(body !== undefined && { body: naming(body, named) }) };
    return { key, input };
  };
  return {
    name,
    inputs,
    atOnce: 200,
    counts,
    show: (roll) => {
      const { key, input } = made(roll);
      const who = key === senderKey ? 'sender' : key === agent.key ? 'agent' : 'nobody';
      return `${who}: ${JSON.stringify(input)}`;
    },
    async send(rolls, again) {
      const submitted = await call(
        target.url,
        {
          method: 'POST',
          path: `/v1/agents/${agent.handle}/requests`,
          body: '{"action":"fuzz.take","when_offline":"queue"}',
        },
        senderKey,
      );
      if (submitted.status === 202) request = JSON.parse(submitted.body).id;
      await forAll(rolls, CALLS_AT_ONCE, async (roll) => {
        const { key, input } = made(roll, again);
        const what = `${input.method} ${input.path}`;
        const answer = await call(target.url, input, key).catch((error: Error) => {
          throw new Violation(`${what} had no answer: ${error.message}`);
        });
        judge(answer, what);
        if (answer.status < 300) counts.succeeded = (counts.succeeded ?? 0) + 1;
        if (answer.status === 503) counts['answered 503'] = (counts['answered 503'] ?? 0) + 1;
      });
    },
    close: () => {},
  };
}

/** Calls of REST, of which there is one for each operation of its document. */
export const restDoor = (target: Target): Door =>
  httpDoor(target, { name: 'bodies', inputs: 7_000, make: anyHttpCall, judge: judgeRest });

export const mcpDoor = (target: Target): Door =>
  httpDoor(target, { name: 'mcp', inputs: 5_000, make: anyMcpMessage, judge: judgeMcp });

/** Operations of GraphQL by POST. What was parsed is kept by its text, so that whoever sends it again changes it. */
export const graphqlDoor = (target: Target): Door =>
  httpDoor(target, {
    name: 'documents',
    inputs: 5_000,
    judge: judgeGraphql,
    make: (tape, again) => {
      const { query, variables } = anyDocument(tape);
      const body = `{"query":${JSON.stringify(again > 0 ? `${query} #${again}` : query)},"variables":${variables}}`;
      return { method: 'POST', path: '/graphql', headers: { accept: 'application/json' }, body };
    },
  });
