import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconShieldOff } from '@tabler/icons-react';
import { BadNotice } from '../../components/bad-notice.tsx';
import { DialogForm } from '../../components/dialog-form.tsx';
import { useAct } from '../../components/use-act.ts';
import { type PoliciesFragment, UpdateAgentDocument } from '../../generated/graphql.ts';

type Agent = {
  readonly id: string;
  readonly keysManage: boolean;
  readonly policies?: PoliciesFragment | null;
};

type Props = { readonly agent: Agent; readonly onChanged: () => void };

const holds = ({ policies }: Agent): boolean =>
  policies?.defaultAction === 'REQUIRE_APPROVAL' ||
  (policies?.rules.some(({ action }) => action === 'REQUIRE_APPROVAL') ?? false);

/** Warns where what is to be held for a human can be waved through by whoever has the agent's key. */
export function KeysManageWarning({ agent, onChanged }: Props) {
  if (!agent.keysManage || !holds(agent)) return null;
  return (
    <BadNotice icon={IconShieldOff} title="This agent’s own keys can remove the rules that hold requests for a human">
      <Group justify="space-between" gap="sm">
        <Text size="sm" style={{ flex: '1 1 320px' }}>
          They lie in the process that requests want to influence. Let the owner alone publish its contract and policies
          and make its keys.
        </Text>
        <SwitchManagement agent={agent} onChanged={onChanged} />
      </Group>
    </BadNotice>
  );
}

/** Says who manages the agent, for the list of its keys. */
export const WhoManages = ({ agent, onChanged }: Props) => (
  <Group justify="space-between" px="md" pt="md" gap="sm">
    <Text size="sm" className="soft" style={{ flex: '1 1 260px' }}>
      {agent.keysManage
        ? 'The agent’s own keys may publish its contract and policies, and make keys.'
        : 'Only the owner and administrators publish its contract and policies, and make its keys.'}
    </Text>
    <SwitchManagement agent={agent} onChanged={onChanged} />
  </Group>
);

function SwitchManagement({ agent: { id, keysManage }, onChanged }: Props) {
  const [isOpen, dialog] = useDisclosure(false);
  const { act, ...state } = useAct(UpdateAgentDocument);
  const submit = async () => {
    if (!(await act({ input: { agentId: id, agentKeysManage: !keysManage } }))) return;
    dialog.close();
    onChanged();
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={dialog.open}>
        {keysManage ? 'Let only the owner manage it' : 'Let its keys manage it'}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Who manages this agent?" centered>
        <DialogForm
          act={state}
          onSubmit={submit}
          onCancel={dialog.close}
          yes={keysManage ? 'The owner alone' : 'Its keys as well'}
          no="Leave it"
          isDangerous={!keysManage}
        >
          <Text>
            {keysManage
              ? 'The agent’s own keys can no longer publish its contract and policies, make or revoke keys, or delete it. They go on answering requests. A program that publishes at its start is refused from then on.'
              : 'Whoever has a key of the agent can publish its contract and policies, and so remove the rules that hold requests for a human.'}
          </Text>
        </DialogForm>
      </Modal>
    </>
  );
}
