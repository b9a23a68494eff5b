import { UsageError } from '../errors.ts';
import { textIn } from '../named-file.ts';

const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)$/;

/** The headers in a file, a line `Name: value` each. They may hold a key, so they stand in no argument. */
export function headersIn(file: string | undefined): Readonly<Record<string, string>> {
  if (file === undefined) return {};
  const lines = textIn(file, 'header file').split(/\r?\n/);
  const headers: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`Line ${index + 1} of the header file ${file} is not “Name: value”.`);
    }
    headers[name.toLowerCase()] = value.trim();
  }
  return headers;
}

/** Throws where a URL holds what is to stand in no argument either. */
export function checkNoKeyIn({ username, password }: URL): void {
  if (!username && !password) return;
  throw new UsageError('A key in a URL can be read by others on this machine. Put it into --header-file.');
}
