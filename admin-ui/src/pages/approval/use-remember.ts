import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { messageOf } from '../../components/use-act.ts';
import { type ApprovalDetailsFragment, RememberedRuleDocument, type RememberInput } from '../../generated/graphql.ts';
import { type Chosen, choicesOf } from './remember.ts';

const DAY_MS = 86_400_000;
const ASK_DELAY_MS = 250;

export type Remembering = ReturnType<typeof useRemember>;

/** What is to be remembered of an approval as somebody chooses it, and the rule that the platform would make of it. */
export function useRemember({ id }: Pick<ApprovalDetailsFragment, 'id'>, isOn: boolean) {
  const [chosen, setChosen] = useState<Readonly<Record<string, Chosen>>>({});
  const [days, setDays] = useState('30');
  const [since] = useState(() => Date.now());
  const input = useMemo<RememberInput>(
    () => ({ params: [...choicesOf(chosen)], expiresAt: new Date(since + Number(days) * DAY_MS).toISOString() }),
    [chosen, days, since],
  );
  const [remember] = useDebouncedValue(input, ASK_DELAY_MS);
  const [{ data, error, fetching }] = useQuery({
    query: RememberedRuleDocument,
    variables: { id, remember },
    pause: !isOn,
    requestPolicy: 'network-only',
  });
  const rule = data?.approval?.suggestedRule ?? null;
  return {
    chosen,
    choose: (field: string, next: Chosen) => setChosen((before) => ({ ...before, [field]: next })),
    days,
    setDays,
    input,
    rule: error ? null : rule,
    /** Whether the rule is the one of what is chosen now. */
    isCurrent: !fetching && !error && rule !== null && remember === input,
    problem: error ? messageOf(error) : null,
  };
}
