import { ActionError } from '@clawcierge/agent-sdk';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';

const BLOCKS_MAX = 64;

type Block = Readonly<Record<string, unknown>>;

/** A result of the format CONTENT. */
export interface ContentResult {
  readonly content: readonly Block[];
  readonly structured?: unknown;
}

/**
 * What a tool answered, as the result of the request. Where a text that repeats what is structured is all the content, it is
 * left out: the MCP door writes the same text again. Any other such copy is left out where the result would be too large
 * with it. Throws an ActionError for what is an error, and for what no result may be.
 */
export function resultOf(answer: CallToolResult, maxBytes: number): ContentResult {
  const { content = [], structuredContent: structured, isError } = answer;
  if (isError) throw new ActionError('tool_error', textOf(content) || 'The tool failed and did not say why.');
  const [first] = content;
  const isCopy = content.length === 1 && first?.type === 'text' && first.text === JSON.stringify(structured);
  const whole = withStructured(isCopy ? [] : content, structured);
  const result = fits(whole, maxBytes)
    ? whole
    : withStructured(
        content.filter((block) => !repeats(block, structured)),
        structured,
      );
  if (result.content.length > BLOCKS_MAX) {
    const count = result.content.length;
    throw new ActionError('result_too_large', `The tool answered ${count} blocks; ${BLOCKS_MAX} are taken.`);
  }
  return result;
}

const withStructured = (content: readonly ContentBlock[], structured: unknown): ContentResult => ({
  content: content.map(blockOf),
  ...(structured !== undefined && { structured }),
});

const fits = (result: ContentResult, maxBytes: number) => Buffer.byteLength(JSON.stringify(result)) <= maxBytes;

/** Whether the block is a text that says what is structured: as JSON, however it is spaced, or as its only text member. */
function repeats(block: ContentBlock, structured: unknown): boolean {
  if (block.type !== 'text' || typeof structured !== 'object' || structured === null) return false;
  const members = Object.values(structured);
  if (members.length === 1 && members[0] === block.text) return true;
  try {
    return JSON.stringify(JSON.parse(block.text)) === JSON.stringify(structured);
  } catch {
    return false;
  }
}

const textOf = (content: readonly ContentBlock[]): string =>
  content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');

/** A block of MCP as the platform spells it. What the platform has no place for is left out. */
function blockOf(block: ContentBlock): Block {
  const annotations = block.annotations && { annotations: annotationsOf(block.annotations) };
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text, ...annotations };
    case 'image':
    case 'audio':
      return { type: block.type, data: block.data, mediaType: block.mimeType, ...annotations };
    case 'resource_link': {
      const { uri, name, title, description, mimeType, size } = block;
      return said({ type: 'link', uri, name, title, description, mediaType: mimeType, size, ...annotations });
    }
    case 'resource': {
      const { uri, mimeType, ...held } = block.resource;
      const { text, blob } = held as { readonly text?: string; readonly blob?: string };
      return said({ type: 'resource', uri, mediaType: mimeType, text, data: blob, ...annotations });
    }
  }
}

const annotationsOf = ({ audience, priority, lastModified }: NonNullable<ContentBlock['annotations']>) =>
  said({ audience, priority, lastModified });

const said = (members: Block): Block =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
