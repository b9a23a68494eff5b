type Block = Readonly<Record<string, unknown>> & { readonly type: string };

const TYPES: ReadonlySet<unknown> = new Set(['text', 'image', 'audio', 'link', 'resource']);

/** A result as people read it: blocks one below the other, a text as it is, anything else as JSON. */
export function textOfResult(result: unknown): string {
  const blocks = blocksOf(result);
  if (blocks === null) return typeof result === 'string' ? result : JSON.stringify(result, null, 2);
  const texts = blocks.map(textOfBlock);
  const { structured } = result as { readonly structured?: unknown };
  if (structured !== undefined && !blocks.some(({ type }) => type === 'text')) {
    texts.push(JSON.stringify(structured, null, 2));
  }
  return texts.join('\n');
}

/** The blocks of a result that consists of some; null for any other. */
function blocksOf(result: unknown): readonly Block[] | null {
  if (typeof result !== 'object' || result === null || !('content' in result)) return null;
  const { content } = result;
  const isBlock = (each: unknown): each is Block =>
    typeof each === 'object' && each !== null && 'type' in each && TYPES.has(each.type);
  return Array.isArray(content) && content.every(isBlock) ? content : null;
}

function textOfBlock(block: Block): string {
  const { type, text, data, mediaType, name, uri } = block;
  if (typeof text === 'string') return text;
  const said = [type, name, mediaType, uri, typeof data === 'string' ? `${bytesOf(data)} bytes` : undefined];
  return `[${said.filter((each) => typeof each === 'string').join(' ')}]`;
}

const bytesOf = (base64: string): number => Buffer.byteLength(base64, 'base64');
