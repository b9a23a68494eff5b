import {
  AGENT_STORAGE,
  type AgentStorage,
  PLATFORM_STORAGE,
  type PlatformStorage,
  STORAGE_HOLDER,
  STORAGE_USE,
  STORED_PART,
  type StorageHolder,
  type StorageUse,
  type StoredPart,
} from '../../../domain/storage.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { outputFields } from '../fields.ts';
import { StorageHolderEnum } from './enums.ts';
import { OverviewType } from './overview.ts';
import { AgentType, OwnerType } from './refs.ts';
import { SenderType } from './sender.ts';

const LARGEST_DEFAULT = 10;
const LARGEST_MAX = 50;

const StoredPartType = builder.objectRef<StoredPart>('StoredPart').implement({
  description: 'What is stored of one kind.',
  fields: (t) => outputFields(t, STORED_PART),
});

const StorageHolderType = builder.objectRef<StorageHolder>('StorageHolder').implement({
  description: 'Somebody of whom much is stored.',
  fields: (t) => outputFields(t, STORAGE_HOLDER, { kind: StorageHolderEnum }),
});

const PlatformStorageType = builder.objectRef<PlatformStorage>('PlatformStorage').implement({
  description: 'What is stored in all, as the node that answers counted it last.',
  fields: (t) => ({
    ...outputFields(t, PLATFORM_STORAGE, { kinds: StoredPartType }, { kinds: FEW }),
    largest: t.field({
      type: [StorageHolderType],
      description: 'Senders, agents and owners of whom most is stored.',
      args: { first: t.arg.int({ description: 'How many, 1 to 50.', defaultValue: LARGEST_DEFAULT }) },
      resolve: (_storage, { first }, { app, principal }) => {
        const limit = Math.min(Math.max(first ?? LARGEST_DEFAULT, 1), LARGEST_MAX);
        return [...app.storage.largest(principal, limit)];
      },
    }),
  }),
});

const AgentStorageType = builder.objectRef<AgentStorage>('AgentStorage').implement({
  description: 'What is stored of an agent, as the node that answers counted it last.',
  fields: (t) => outputFields(t, AGENT_STORAGE),
});

const StorageUseType = builder.objectRef<StorageUse>('StorageUse').implement({
  description: 'What is stored of somebody, as the node that answers counted it last.',
  fields: (t) => outputFields(t, STORAGE_USE),
});

builder.objectField(OverviewType, 'storage', (t) =>
  t.field({
    type: PlatformStorageType,
    description: 'What is stored now.',
    resolve: (_overview, _args, { app, principal }) => app.storage.inAll(principal),
  }),
);

builder.objectField(AgentType, 'storage', (t) =>
  t.field({
    type: AgentStorageType,
    description: 'What is stored of it. [owner] [agent:manage | owner:manage]',
    authScopes: ({ id }) => ({ managerOf: id }),
    resolve: ({ id }, _args, { app, principal }) => app.storage.ofAgent(principal, id),
  }),
);

builder.objectField(SenderType, 'storage', (t) =>
  t.field({
    type: StorageUseType,
    description:
      'What is stored of it: what it asked, and its keys. At `maxBytes` further requests are refused. For the sender itself, and administrators. [sender:manage]',
    authScopes: ({ id }, _args, { principal }) =>
      principal?.kind === 'sender' && principal.senderId === id ? { scope: 'sender:manage' } : { admin: true },
    resolve: ({ id }, _args, { app, principal }) => app.storage.ofSender(principal, id),
  }),
);

builder.objectField(OwnerType, 'storage', (t) =>
  t.field({
    type: StorageUseType,
    description:
      'What is stored of all its agents together. At `maxBytes` what is asked of them is refused, and what it registers. [owner key] [owner:manage]',
    authScopes: ({ id }) => ({ ownerItself: id }),
    resolve: ({ id }, _args, { app, principal }) => app.storage.ofOwner(principal, id),
  }),
);
