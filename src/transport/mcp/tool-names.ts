import { createHash } from 'node:crypto';

/** Hosts refuse a whole list of tools over one name that is not `[A-Za-z0-9_-]{1,64}`. */
const NAME_MAX_LENGTH = 64;
const OTHER_CHARACTERS = /[^A-Za-z0-9_-]/gu;
/** So many hexadecimal digits of a digest tell actions apart that would have the same name, unless somebody looked for such. */
const DIGEST_LENGTH = 6;

/**
 * What each action is called as a tool, in the order of the actions, no two alike. Where two would have one name, or one of
 * `taken`, or a name that is too long, the name ends in a digest of the action: it does not depend on what else a contract
 * offers. Only where an action is called as the tool of another one is the digest longer.
 */
export function toolNames(actions: readonly string[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const plain = actions.map((action) => action.replaceAll(OTHER_CHARACTERS, '_'));
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isOwn = (name: string) => name.length <= NAME_MAX_LENGTH && counts.get(name) === 1 && !taken.has(name);
  // An action's own name always leads to it, so no other one's tool may have it.
  const used = new Set([...taken, ...plain.filter(isOwn), ...actions]);
  return new Map(
    actions.map((action, at) => {
      const name = plain[at] ?? '';
      if (isOwn(name)) return [action, name];
      const other = withDigest(name, action, used);
      used.add(other);
      return [action, other];
    }),
  );
}

function withDigest(name: string, action: string, used: ReadonlySet<string>): string {
  const digest = createHash('sha256').update(action).digest('hex');
  let length = DIGEST_LENGTH;
  const withSoMuch = () => `${name.slice(0, NAME_MAX_LENGTH - length - 1)}_${digest.slice(0, length)}`;
  while (used.has(withSoMuch()) && length < NAME_MAX_LENGTH - 1) length += 1;
  return withSoMuch();
}
