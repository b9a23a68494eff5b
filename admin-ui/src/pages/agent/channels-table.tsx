import { Table, Text } from '@mantine/core';
import { Copyable } from '../../components/copyable.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { AgentQuery } from '../../generated/graphql.ts';

type Channels = NonNullable<AgentQuery['agent']>['channels'];

const TRANSPORT = { GRAPHQL: 'GraphQL subscription', WEBSOCKET: 'Raw WebSocket' } as const;

/** The channels that an agent holds open now. */
export function ChannelsTable({ channels }: { readonly channels: Channels }) {
  if (channels.length === 0) {
    return (
      <Empty title="No channel is open">
        <Text className="soft">Requests to this agent wait or are refused until it connects.</Text>
      </Empty>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label="Channels">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Spoken over</Table.Th>
            <Table.Th>Open since</Table.Th>
            <Table.Th ta="right">Unfinished requests</Table.Th>
            <Table.Th>Channel</Table.Th>
            <Table.Th>Node</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {channels.map(({ id, transport, nodeId, openedAt, openRequests }) => (
            <Table.Tr key={id}>
              <Table.Td>{TRANSPORT[transport]}</Table.Td>
              <Table.Td>
                <Time at={openedAt} relative />
              </Table.Td>
              <Table.Td ta="right">{openRequests}</Table.Td>
              <Table.Td>
                <Copyable text={id} label="the channel's id" />
              </Table.Td>
              <Table.Td>
                <Copyable text={nodeId} label="the node's id" />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
