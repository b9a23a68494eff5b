import { ActionError } from '@clawcierge/agent-sdk';
import type { BridgeCall } from './source.ts';

/** A request as programs and addresses get it: JSON with these members. */
export const messageFor = ({ id, action, params, senderId, contextId, attempt, expiresAt }: BridgeCall): string =>
  JSON.stringify({ id, action, params, senderId, contextId, attempt, expiresAt: expiresAt.toISOString() });

/** What came back as JSON; nothing at all is null. Throws an ActionError for what is neither. */
export function resultIn(output: Buffer, whose: string): unknown {
  const text = output.toString('utf8').trim();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ActionError('invalid_output', `What the ${whose} answered is not JSON.`);
  }
}

/** Everything that the stream holds. Throws an ActionError as soon as it is more than may be. */
export async function readResult(stream: AsyncIterable<Buffer>, maxBytes: number, whose: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new ActionError(
        'result_too_large',
        `The ${whose} answered more than the ${maxBytes} bytes that are taken.`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
