import { Buffer } from 'node:buffer';

/** For whom a block is, and how much it matters. The platform only hands them on. */
export interface BlockAnnotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  /** From 0 to 1. */
  readonly priority?: number;
  readonly lastModified?: string;
}

interface Annotated {
  readonly annotations?: BlockAnnotations;
}

export interface TextBlock extends Annotated {
  readonly type: 'text';
  readonly text: string;
}

export interface MediaBlock extends Annotated {
  readonly type: 'image' | 'audio';
  /** Base64. */
  readonly data: string;
  /** As in `image/png`. */
  readonly mediaType: string;
  readonly name?: string;
}

export interface LinkBlock extends Annotated {
  readonly type: 'link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mediaType?: string;
  readonly size?: number;
}

/** Its text, or its data as base64. */
export type ResourceBlock = Annotated & {
  readonly type: 'resource';
  readonly uri: string;
  readonly mediaType?: string;
  readonly name?: string;
} & ({ readonly text: string; readonly data?: never } | { readonly data: string; readonly text?: never });

/** One part of what people and models read of a result. */
export type Block = TextBlock | MediaBlock | LinkBlock | ResourceBlock;

/** A result of the format CONTENT: at most 64 blocks, and `structured` for programs. */
export type ContentResult<Structured = unknown> = {
  readonly content: readonly Block[];
} & (undefined extends Structured ? { readonly structured?: Structured } : { readonly structured: Structured });

/** Bytes, or base64 of them. */
type Data = Uint8Array | string;
type Media = Omit<MediaBlock, 'type' | 'data' | 'mediaType'>;

/**
 * Makes the blocks of a result of the format CONTENT.
 *
 * ```ts
 * return { content: [content.text('Booked.'), content.image(png, 'image/png')] };
 * ```
 */
export const content = {
  text: (text: string, annotations?: BlockAnnotations): TextBlock => ({
    type: 'text',
    text,
    ...(annotations && { annotations }),
  }),
  /** Bytes, or a text that is base64 already. */
  image: (data: Data, mediaType: string, more: Media = {}): MediaBlock => ({
    type: 'image',
    data: base64Of(data),
    mediaType,
    ...more,
  }),
  /** Bytes, or a text that is base64 already. */
  audio: (data: Data, mediaType: string, more: Media = {}): MediaBlock => ({
    type: 'audio',
    data: base64Of(data),
    mediaType,
    ...more,
  }),
  /** Something that is elsewhere. */
  link: (uri: string, name: string, more: Omit<LinkBlock, 'type' | 'uri' | 'name'> = {}): LinkBlock => ({
    type: 'link',
    uri,
    name,
    ...more,
  }),
  /** Something that is here: its text as text, its data as bytes. */
  resource: (
    uri: string,
    body: string | Uint8Array,
    more: Pick<ResourceBlock, 'mediaType' | 'name' | 'annotations'> = {},
  ): ResourceBlock => ({
    type: 'resource',
    uri,
    ...(typeof body === 'string' ? { text: body } : { data: base64Of(body) }),
    ...more,
  }),
} as const;

const base64Of = (data: Data): string =>
  typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
