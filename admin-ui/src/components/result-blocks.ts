/** A part of a result of blocks, as far as it is shown. */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mediaType: string; readonly name?: string }
  | {
      readonly type: 'link';
      readonly uri: string;
      readonly name: string;
      readonly title?: string;
      readonly description?: string;
      readonly mediaType?: string;
      readonly size?: number;
    }
  | {
      readonly type: 'resource';
      readonly uri: string;
      readonly name?: string;
      readonly mediaType?: string;
      readonly text?: string;
      readonly data?: string;
    };

export type BlocksResult = { readonly content: readonly Block[]; readonly structured?: unknown };

/** What a block of each type has that is text, and what else may be: anything but text is no block that is known here. */
const TEXTS: Readonly<Record<Block['type'], { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  text: { must: ['text'], may: [] },
  image: { must: ['data', 'mediaType'], may: ['name'] },
  audio: { must: ['data', 'mediaType'], may: ['name'] },
  link: { must: ['uri', 'name'], may: ['title', 'description', 'mediaType'] },
  resource: { must: ['uri'], may: ['name', 'mediaType', 'text', 'data'] },
};

/** The blocks that a result is made of; null of any other, which is shown as what it is, JSON. */
export function blocksOf(result: unknown): BlocksResult | null {
  if (!isRecord(result) || !Array.isArray(result.content) || result.content.length === 0) return null;
  if (Object.keys(result).some((name) => name !== 'content' && name !== 'structured')) return null;
  return result.content.every(isBlock) ? (result as BlocksResult) : null;
}

function isBlock(value: unknown): value is Block {
  if (!isRecord(value) || typeof value.type !== 'string' || !Object.hasOwn(TEXTS, value.type)) return false;
  const { must, may } = TEXTS[value.type as Block['type']];
  const isText = (name: string) => typeof value[name] === 'string';
  return must.every(isText) && may.every((name) => !Object.hasOwn(value, name) || isText(name));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Pictures that a browser decodes without anything in them that could run or ask for more. */
const PICTURES = ['image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp'];

/** The address of a picture in itself; null of what is not shown as one. */
export function pictureOf({ data, mediaType }: { readonly data: string; readonly mediaType: string }): string | null {
  const type = mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  return PICTURES.includes(type) && /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? `data:${type};base64,${data}` : null;
}

/** How large what base64 stands for is. */
export function sizeOf(base64: string): string {
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
  return sizeInWords(bytes);
}

export const sizeInWords = (bytes: number): string =>
  bytes < 1_024 ? `${bytes} bytes` : `${(bytes / 1_024).toLocaleString(undefined, { maximumFractionDigits: 1 })} KiB`;
