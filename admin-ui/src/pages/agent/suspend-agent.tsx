import { Suspend } from '../../components/suspend.tsx';
import { useAct } from '../../components/use-act.ts';
import { ResumeAgentDocument, SuspendAgentDocument } from '../../generated/graphql.ts';

type Props = {
  readonly agent: { readonly id: string; readonly suspension?: object | null };
  readonly onChanged: () => void;
};

/** Stops an agent, and lets it go on. */
export function SuspendAgent({ agent: { id, suspension }, onChanged }: Props) {
  return (
    <Suspend
      id={id}
      noun="agent"
      isSuspended={suspension != null}
      meanwhile="Its channels are closed on every node, nobody can ask it anything, and what is open waits until it is resumed or expires."
      suspend={useAct(SuspendAgentDocument)}
      resume={useAct(ResumeAgentDocument)}
      onChanged={onChanged}
    />
  );
}
