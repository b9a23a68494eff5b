import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import {
  hasScope,
  isManagerOf,
  isOwnerItself,
  isOwnerOf,
  isOwnerOrAdmin,
  isReaderOf,
  isSubmitter,
  KEYS_SCOPES,
  mayBeApprover,
} from '../../application/access.ts';
import type { Approver } from '../../domain/approver.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { Scope } from '../../domain/scope.ts';
import type { GraphQLContext } from './context.ts';
import { counts } from './counts.ts';
import { refusedScope } from './refused-scope.ts';

export type SchemaTypes = {
  Context: GraphQLContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  DefaultAuthStrategy: 'all';
  Connection: { totalCount: () => Promise<number>; isTotalCountExact: () => Promise<boolean> };
  AuthScopes: {
    /** Anybody, deliberately. */
    public: boolean;
    /** Anybody but who comes with a key that opens nothing. */
    notRefused: boolean;
    /** Anybody with a valid credential. */
    authenticated: boolean;
    /** An agent's key. */
    agent: boolean;
    /** A sender's or an agent's key: whoever may submit. */
    keyHolder: boolean;
    /** A key that may manage its holder's keys, or an admin. */
    keysManager: boolean;
    /** A key of that scope, or an admin. */
    scope: Scope;
    /** An owner's or an approver's key, or an admin. */
    approver: boolean;
    /** Whoever reads what was sent to the agent of that id or handle: itself, its owner, or an admin. */
    readerOf: string;
    /** Whoever runs it: itself or its owner, by a key that may, or an admin. */
    managerOf: string;
    /** Its owner by a key that may manage its agents, or an admin; never the agent's own key. */
    ownerOf: string;
    /** The owner of that id by a key that may manage its agents, or an admin. */
    ownerItself: string;
    /** An owner's key, or an admin. */
    ownerOrAdmin: boolean;
    /** Whoever manages the approver: its owner by a key that may, or an admin. */
    approversManager: Approver;
    admin: boolean;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    BigInt: { Input: number; Output: number };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: JsonText; Output: JsonText };
    JSONObject: { Input: JsonText<JsonObject>; Output: JsonText<JsonObject> };
  };
};

/**
 * Every field of Query, Mutation and Subscription, and every field that not everybody may see, states its scopes; a
 * test walks the schema and fails where one does not. Use cases check again: a scope here only answers earlier.
 */
export const builder = new SchemaBuilder<SchemaTypes>({
  // Outermost first.
  plugins: [RelayPlugin, ScopeAuthPlugin, ErrorsPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    clientMutationId: 'omit',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The items of this page, in order.',
      // Whoever asks for the page has counted them.
      extensions: counts({ items: 1 }),
    },
    nodeFieldOptions: { nullable: false, description: 'The item.' },
    cursorFieldOptions: { description: 'Where the item is in its list, for `after` and `before`.' },
    pageInfoTypeOptions: { description: 'Where a page is in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there are items after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are items before this page.' },
    startCursorFieldOptions: { description: 'The first item of this page.' },
    endCursorFieldOptions: { description: 'The last item of this page; `after` it comes the next one.' },
    pageInfoFieldOptions: { description: 'Where this page is in the list.' },
    firstArgOptions: {
      description: 'How many items to answer, 0 to 100. 20 when neither `first` nor `last` is given.',
    },
    afterArgOptions: { description: 'Only items after this cursor.' },
    lastArgOptions: { description: 'How many items to answer from the end, 0 to 100.' },
    beforeArgOptions: { description: 'Only items before this cursor.' },
    defaultEdgeTypeOptions: { description: 'An item of a list, and where it is in it.' },
    defaultConnectionTypeOptions: { description: 'A page of a list, as a Relay cursor connection.' },
  },
  scopeAuth: {
    defaultStrategy: 'all',
    authorizeOnSubscribe: true,
    treatErrorsAsUnauthorized: false,
    unauthorizedError: (_parent, context, _info, { failure }) => refusedScope(context, failure),
    authScopes: ({ app, principal, authorization }) => ({
      public: true,
      notRefused: principal !== null || authorization === undefined,
      authenticated: principal !== null,
      agent: principal?.kind === 'agent',
      keyHolder: principal !== null && isSubmitter(principal),
      keysManager:
        principal?.kind === 'admin' ||
        (principal !== null && principal.kind !== 'approver' && hasScope(principal, KEYS_SCOPES[principal.kind])),
      scope: (scope) => principal !== null && hasScope(principal, scope),
      approver: principal !== null && mayBeApprover(principal),
      readerOf: async (named) => isReaderOf(principal, await app.agents.idOf(named), app.agents.ownerOf),
      managerOf: async (named) => isManagerOf(principal, await app.agents.idOf(named), app.agents.ownerOf),
      ownerOf: async (named) => isOwnerOf(principal, await app.agents.idOf(named), app.agents.ownerOf),
      ownerItself: (ownerId) => principal !== null && isOwnerItself(principal, ownerId),
      ownerOrAdmin: principal !== null && isOwnerOrAdmin(principal),
      approversManager: (approver) => app.owners.mayManageApprover(principal, approver),
      admin: principal?.kind === 'admin',
    }),
  },
  errors: { defaultTypes: [], directResult: true },
});

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description:
      'How many items there are in all, counted only when it is asked for. Of requests there may be more: counting ends at 100,000, or after it has looked at 10,000 for a filter; `isTotalCountExact` tells.',
    resolve: (connection) => connection.totalCount(),
  }),
);

builder.globalConnectionField('isTotalCountExact', (t) =>
  t.boolean({
    description: 'Whether `totalCount` counts them all; otherwise there are at least so many.',
    resolve: (connection) => connection.isTotalCountExact(),
  }),
);
