import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { hasScope, isAgentItself, isManagerOf, KEYS_SCOPES } from '../../application/access.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
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
    /** Anybody with a valid credential. */
    authenticated: boolean;
    /** An agent's key. */
    agent: boolean;
    /** A sender's or an agent's key. */
    keyHolder: boolean;
    /** A key that may manage its holder's keys, or an admin. */
    keysManager: boolean;
    /** A key of that scope, or an admin. */
    scope: Scope;
    /** The agent of that id or handle, or an admin. */
    agentItself: string;
    /** The same by a key that may manage the agent. */
    managerOf: string;
    admin: boolean;
  };
  Scalars: {
    ID: { Input: string; Output: string };
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
    authScopes: ({ app, principal }) => ({
      public: true,
      authenticated: principal !== null,
      agent: principal?.kind === 'agent',
      keyHolder: principal?.kind === 'agent' || principal?.kind === 'sender',
      keysManager:
        principal?.kind === 'admin' || (principal !== null && hasScope(principal, KEYS_SCOPES[principal.kind])),
      scope: (scope) => principal !== null && hasScope(principal, scope),
      agentItself: async (named) =>
        principal !== null && isAgentItself(principal, isUuid(named) ? named : await app.agents.idOf(named)),
      managerOf: async (named) => isManagerOf(principal, isUuid(named) ? named : await app.agents.idOf(named)),
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
