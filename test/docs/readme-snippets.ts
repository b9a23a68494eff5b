import { readFileSync } from 'node:fs';

export type Snippet = { readonly language: string; readonly text: string };

const README = new URL('../../README.md', import.meta.url);
const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;

/** The fenced snippets of one of the README's sections, in order. */
export function snippetsOf(heading: string): readonly Snippet[] {
  const readme = readFileSync(README, 'utf8');
  const start = readme.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`the README has no section "${heading}"`);
  const end = readme.indexOf('\n## ', start + 1);
  const section = readme.slice(start, end < 0 ? undefined : end);
  return [...section.matchAll(FENCE)].map(([, language = '', text = '']) => ({ language, text }));
}

/**
 * Whether the answer is what the README shows, where `…` stands for anything: a whole text, or the rest of one.
 * Answers the first place where it is not; null when all is as shown.
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
