import type { Tape } from './tape.ts';
import { anyJson, anyObject, anyText, mutated } from './texts.ts';

const TYPES = ['action.result', 'progress', 'ack', 'heartbeat', 'request.received', 'surprise', 'constructor', ''];
const STATUSES = ['completed', 'error', 'COMPLETED', 'ok', 'failed', 'success', 'done', '', '__proto__'];
const TRACES = ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0', 'vendor=1,', ''];

/** What an agent may send over its raw channel: mostly a message, often about a request that it has, and not always well. */
export function anyFrame(tape: Tape): string | Buffer {
  const type = tape.oneOf(TYPES);
  const members: Record<string, string> = { type: tape.once(30) ? anyJson(tape, 1) : JSON.stringify(type) };
  if (type !== 'heartbeat') members.request_id = JSON.stringify(tape.once(3) ? anyText(tape) : '$REQUEST$');
  if (type === 'action.result') {
    members.status = tape.once(10) ? anyJson(tape, 1) : JSON.stringify(tape.oneOf(STATUSES));
    if (tape.once(2)) members.result = anyJson(tape);
    if (tape.once(3)) {
      members.error = tape.once(2)
        ? anyObject(tape, { code: JSON.stringify(anyText(tape)), message: anyJson(tape, 1) })
        : anyJson(tape, 2);
    }
  }
  if (type === 'progress') {
    members.progress = anyJson(tape, 0);
    if (tape.once(2)) members.total = anyJson(tape, 0);
    if (tape.once(2)) members.message = JSON.stringify(anyText(tape));
  }
  if (tape.once(6)) members.traceparent = JSON.stringify(tape.oneOf(TRACES));
  if (tape.once(300)) members.padding = JSON.stringify('x'.repeat(tape.oneOf([65_000, 70_000, 300_000])));
  const text = tape.once(40) ? anyJson(tape) : anyObject(tape, members);
  const sent = tape.once(4) ? mutated(tape, text) : text;
  return tape.once(30) ? Buffer.from(sent) : sent;
}
