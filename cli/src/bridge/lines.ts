import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Output } from '../output.ts';
import type { Say } from './source.ts';

/** What is kept of a line, in characters. */
export const LINE_MAX = 4_096;

/** Hears each line of a stream, cut where it is too long. However long a line is, no more than that is held of it. */
export function eachLine(stream: Readable, hear: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const add = (text: string) => {
    if (line.length <= LINE_MAX) line += text.slice(0, LINE_MAX + 1 - line.length);
  };
  const finish = () => {
    hear(cut(line.replace(/\r$/, '')));
    line = '';
  };
  stream.on('data', (data: Buffer) => {
    const [first = '', ...others] = decoder.write(data).split('\n');
    add(first);
    for (const other of others) {
      finish();
      add(other);
    }
  });
  stream.on('end', () => {
    add(decoder.end());
    if (line !== '') finish();
  });
}

/** Says each text in a line of its own: what others say may look like nothing that the bridge says, and fill no log. */
export const sayingTo =
  (output: Output, begin = ''): Say =>
  (text) =>
    output.say(cut(`${begin}${text.slice(0, LINE_MAX + 1)}`.replaceAll(/\s*[\r\n]\s*/g, ' ')));

const cut = (line: string): string => (line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line);
