import { readFileSync } from 'node:fs';

export type Snippet = { readonly language: string; readonly text: string };

const ROOT = new URL('../../', import.meta.url);
const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;

/** The fenced snippets of one section of a page of ours, in order. */
export function snippetsOf(page: string, heading: string): readonly Snippet[] {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const start = text.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`${page} has no section "${heading}"`);
  const end = text.indexOf('\n## ', start + 1);
  const section = text.slice(start, end < 0 ? undefined : end);
  return [...section.matchAll(FENCE)].map(([, language = '', snippet = '']) => ({ language, text: snippet }));
}

/**
 * Whether the answer is what the page shows, where `…` stands for anything: a whole text, or the rest of one.
 * Answers the first path at which it is not; null when all is as shown.
 */
export function differenceFrom(shown: unknown, answer: unknown, path = ''): string | null {
  if (typeof shown === 'string' && typeof answer === 'string' && shown.includes('…')) {
    return answer.startsWith(shown.slice(0, shown.indexOf('…'))) ? null : `${path}: ${answer} is not ${shown}`;
  }
  if (typeof shown !== 'object' || shown === null || typeof answer !== 'object' || answer === null) {
    return Object.is(shown, answer) ? null : `${path}: ${JSON.stringify(answer)} is not ${JSON.stringify(shown)}`;
  }
  const names = new Set([...Object.keys(shown), ...Object.keys(answer)]);
  for (const name of names) {
    const difference = differenceFrom(Reflect.get(shown, name), Reflect.get(answer, name), `${path}/${name}`);
    if (difference !== null) return difference;
  }
  return null;
}
