import { PASSWORD_MAX_LENGTH } from './password-hash.ts';

/** Of an administrator's password, in characters. */
export const PASSWORD_MIN_LENGTH = 12;
/** So much must be left of it without what is tried first, in letters and digits. */
const UNGUESSED_MIN_LENGTH = 6;
const DIFFERENT_MIN = 5;

/** What stands beside each other on keyboards, in the alphabet and among digits. */
const ROWS = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];

/** What lists of passwords begin with, and what this product is called; longer ones before those that they hold. */
const TRIED_FIRST = [
  'administrator',
  'administrador',
  'clawcierge',
  'concierge',
  'password',
  'passwort',
  'kennwort',
  'changeme',
  'changeit',
  'iloveyou',
  'football',
  'baseball',
  'superman',
  'sunshine',
  'princess',
  'postgres',
  'letmein',
  'welcome',
  'default',
  'dragon',
  'monkey',
  'master',
  'secret',
  'shadow',
  'openclaw',
  'admin',
  'login',
  'redis',
  'agent',
  'claw',
  'root',
  'test',
  'user',
  'pass',
];

/** Letters that are often written as something else. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * Why an administrator's password could be guessed, without a word of it; null for one that is strong enough: 12 characters
 * or more, of which something is left without what is tried first, such as words of every list, the product's name, rows of
 * keys and repetitions.
 */
export function weaknessOf(password: string): string | null {
  const text = password.normalize('NFKC');
  const { length } = [...text];
  if (length < PASSWORD_MIN_LENGTH) return `it needs at least ${PASSWORD_MIN_LENGTH} characters and has ${length}`;
  if (password.length > PASSWORD_MAX_LENGTH) return `it may have at most ${PASSWORD_MAX_LENGTH} characters`;
  const characters = [...text.toLowerCase()];
  if (new Set(characters).size < DIFFERENT_MIN) return `it is made of fewer than ${DIFFERENT_MIN} different characters`;
  const letters = withoutRows(characters).map((character) => LOOKALIKES[character] ?? character);
  const words = letters.join('').replace(/[^\p{L}\p{N}]/gu, '');
  const unguessed = TRIED_FIRST.reduce((rest, word) => rest.replaceAll(word, ''), words);
  if ([...unguessed].length >= UNGUESSED_MIN_LENGTH) return null;
  return 'it is little more than words, rows of keys or repetitions that are tried first';
}

/** Without what goes on for three characters or more as keys, letters or digits follow each other, or as the same one. */
function withoutRows(characters: readonly string[]): string[] {
  const kept: string[] = [];
  for (let start = 0; start < characters.length; ) {
    let end = start + 1;
    while (end < characters.length && isRow(characters.slice(start, end + 1))) end += 1;
    if (end - start < 3) kept.push(...characters.slice(start, end));
    start = end;
  }
  return kept;
}

const isRow = (characters: readonly string[]): boolean => {
  const [forwards, backwards] = [characters.join(''), characters.toReversed().join('')];
  return new Set(characters).size === 1 || ROWS.some((row) => row.includes(forwards) || row.includes(backwards));
};
