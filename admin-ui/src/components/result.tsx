import { Stack, Text, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Copyable } from './copyable.tsx';
import { Json } from './json.tsx';
import { Preformatted } from './preformatted.tsx';
import { type Block, type BlocksResult, blocksOf, pictureOf, sizeInWords, sizeOf } from './result-blocks.ts';
import { VisibleText } from './visible-text.tsx';

/** What came of a request: its blocks, each as what it is, or else its JSON. */
export function Result({ value }: { readonly value: unknown }) {
  const blocks = blocksOf(value);
  const [isRaw, setRaw] = useState(false);
  if (blocks === null) return <Json value={value} label="Result" />;
  return (
    <>
      {isRaw ? <Json value={value} label="Result" /> : <Blocks {...blocks} />}
      <UnstyledButton
        fz="sm"
        mt="xs"
        className="soft"
        td="underline"
        aria-pressed={isRaw}
        onClick={() => setRaw(!isRaw)}
      >
        Show as JSON
      </UnstyledButton>
    </>
  );
}

const Blocks = ({ content, structured }: BlocksResult) => (
  <Stack gap="md">
    <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Blocks of the result">
      {content.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a result never change places
        <li key={index} data-block={block.type}>
          <Shown block={block} number={index + 1} />
        </li>
      ))}
    </Stack>
    {structured !== undefined && (
      <div>
        <Text size="sm" fw={600} mb={4}>
          For programs
        </Text>
        <Json value={structured} label="For programs" />
      </div>
    )}
  </Stack>
);

type ShownProps = { readonly block: Block; readonly number: number };

/** Nothing of a block is markup, and nothing in it is asked for. */
function Shown({ block, number }: ShownProps) {
  switch (block.type) {
    case 'text':
      return <Words label={`Text, block ${number}`}>{block.text}</Words>;
    case 'image':
      return <Picture block={block} number={number} />;
    case 'audio':
      return <Line parts={['Audio', block.name, block.mediaType, sizeOf(block.data)]} />;
    case 'link':
      return (
        <>
          <Line
            parts={[
              'Link',
              block.title ?? block.name,
              block.mediaType,
              block.size === undefined ? undefined : sizeInWords(block.size),
            ]}
          />
          <Copyable text={block.uri} label="the address" />
          {block.description !== undefined && (
            <Text size="sm" className="soft wrap-anywhere">
              <VisibleText>{block.description}</VisibleText>
            </Text>
          )}
        </>
      );
    case 'resource':
      return (
        <>
          <Line
            parts={['Resource', block.name, block.mediaType, block.data === undefined ? undefined : sizeOf(block.data)]}
          />
          <Copyable text={block.uri} label="the address" />
          {block.text !== undefined && <Words label={`Resource, block ${number}`}>{block.text}</Words>}
        </>
      );
  }
}

const Words = ({ label, children }: { readonly label: string; readonly children: string }) => (
  <Preformatted label={label}>
    <VisibleText>{children}</VisibleText>
  </Preformatted>
);

type PictureProps = { readonly block: Extract<Block, { data: string; mediaType: string }>; readonly number: number };

function Picture({ block, number }: PictureProps) {
  const { name, mediaType, data } = block;
  const [isBroken, setBroken] = useState(false);
  const source = pictureOf(block);
  return (
    <>
      <Line parts={['Image', name, mediaType, sizeOf(data), isBroken ? 'cannot be shown' : undefined]} />
      {source !== null && !isBroken && (
        <img
          className="result-picture"
          src={source}
          alt={name ?? `Block ${number} of the result`}
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
    </>
  );
}

/** What a block is, in a line; what it does not say is left out. */
function Line({
  parts: [kind, ...parts],
}: {
  readonly parts: readonly [string, ...(string | undefined)[]];
}): ReactNode {
  return (
    <Text size="sm" className="soft wrap-anywhere">
      {kind}
      {parts
        .filter((part) => part !== undefined)
        .map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a block never change places
          <span key={index}>
            {' · '}
            <VisibleText>{part}</VisibleText>
          </span>
        ))}
    </Text>
  );
}
