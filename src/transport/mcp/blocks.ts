import { type ContentBlock, isSpecType } from '@modelcontextprotocol/server';
import type { Block } from '../../domain/content.ts';

/** What the protocol has no member for. */
const nameOf = ({ name }: { readonly name?: string | undefined }) =>
  name === undefined ? {} : { _meta: { 'clawcierge/name': name } };

/** Where what they say of a time is none to the protocol, its code would refuse the whole result. */
function annotationsOf(annotations: NonNullable<Block['annotations']>) {
  const { lastModified, ...others } = annotations;
  return { annotations: isSpecType.Annotations({ lastModified }) ? annotations : others };
}

/** A block of a result, as the protocol spells it. */
export function contentBlockOf(block: Block): ContentBlock {
  return { ...plainBlockOf(block), ...(block.annotations && annotationsOf(block.annotations)) } as ContentBlock;
}

function plainBlockOf(block: Block): object {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
    case 'audio':
      return { type: block.type, data: block.data, mimeType: block.mediaType, ...nameOf(block) };
    case 'link': {
      const { type: _, mediaType, annotations: __, ...link } = block;
      return { type: 'resource_link', ...link, ...(mediaType !== undefined && { mimeType: mediaType }) };
    }
    case 'resource': {
      const { uri, mediaType, text, data } = block;
      const content = text === undefined ? { blob: data } : { text };
      const resource = { uri, ...(mediaType !== undefined && { mimeType: mediaType }), ...content };
      return { type: 'resource', resource, ...nameOf(block) };
    }
  }
}
