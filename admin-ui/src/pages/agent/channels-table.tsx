import { Text } from '@mantine/core';
import { Copyable } from '../../components/copyable.tsx';
import { RowsTable } from '../../components/rows-table.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { AgentQuery } from '../../generated/graphql.ts';

type Channels = NonNullable<NonNullable<AgentQuery['agent']>['channels']>;

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
    <RowsTable
      label="Channels"
      columns={[
        { label: 'Spoken over' },
        { label: 'Open since' },
        { label: 'Unfinished requests', align: 'right' },
        { label: 'Channel', isText: true },
        { label: 'Node', isText: true },
      ]}
      rows={channels.map(({ id, transport, nodeId, openedAt, openRequests }) => ({
        key: id,
        cells: [
          TRANSPORT[transport],
          <Time key="since" at={openedAt} relative />,
          openRequests,
          <Copyable key="channel" text={id} label="the channel's id" />,
          <Copyable key="node" text={nodeId} label="the node's id" />,
        ],
      }))}
    />
  );
}
