import { Fragment } from 'react';
import { partsOf, type TextPart } from './unseen.ts';

type Props = {
  readonly children: string;
  /** For names with dots, such as handles and actions: where a line may be broken first. */
  readonly breaksAtDots?: boolean;
};

/**
 * Text of a stranger as it is read by a program: what would not show is written out, and nothing in it turns around
 * what stands beside it.
 */
export const VisibleText = ({ children, breaksAtDots = false }: Props) => (
  <bdi className="visible-text">
    {partsOf(children).map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
      <Fragment key={index}>{part.kind === 'seen' ? seen(part.text, breaksAtDots) : <Unseen {...part} />}</Fragment>
    ))}
  </bdi>
);

const seen = (text: string, breaksAtDots: boolean) =>
  breaksAtDots
    ? text.split(/(?<=\.)/).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))
    : text;

const Unseen = ({ tokens, more, says, name }: Extract<TextPart, { kind: 'unseen' }>) => (
  <span className="unseen" title={name}>
    {tokens.join(' ')}
    {more > 0 && ` and ${more.toLocaleString()} more`}
    {says !== null && ` hidden: “${says}”`}
  </span>
);
