import { createHash } from 'node:crypto';

/** Hosts refuse a whole list of tools over one name that is not `[A-Za-z0-9_-]{1,64}`. */
const NAME_MAX_LENGTH = 64;
const OTHER_CHARACTERS = /[^A-Za-z0-9_-]/gu;
/** So many hexadecimal digits of a digest tell actions apart that would have the same name. */
const DIGEST_LENGTH = 6;

/**
 * What each action is called as a tool, in the order of the actions. Where two would have one name, or one of `taken`, or a
 * name that is too long, the name ends in a digest of the action: it does not depend on what else a contract offers.
 */
export function toolNames(actions: readonly string[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const plain = actions.map((action) => action.replaceAll(OTHER_CHARACTERS, '_'));
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    actions.map((action, at) => {
      const name = plain[at] ?? '';
      const isOwn = name.length <= NAME_MAX_LENGTH && counts.get(name) === 1 && !taken.has(name);
      return [action, isOwn ? name : withDigest(name, action)];
    }),
  );
}

function withDigest(name: string, action: string): string {
  const digest = createHash('sha256').update(action).digest('hex').slice(0, DIGEST_LENGTH);
  return `${name.slice(0, NAME_MAX_LENGTH - DIGEST_LENGTH - 1)}_${digest}`;
}
