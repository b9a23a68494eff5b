import type { Application } from '../../application/application.ts';
import type { JsonPart } from '../../domain/json/json-part.ts';
import type { Principal } from '../../domain/principal.ts';
import type { TraceContext } from '../../domain/trace-context.ts';
import type { Close } from '../close-codes.ts';
import type { Connection } from '../until-closed.ts';
import { Loaders } from './loaders.ts';

/** The groups of use cases that GraphQL translates. */
export type GraphQLUseCases = Pick<
  Application,
  | 'agents'
  | 'approvals'
  | 'audit'
  | 'senders'
  | 'suspensions'
  | 'quarantines'
  | 'invitations'
  | 'registration'
  | 'owners'
  | 'keys'
  | 'requests'
  | 'limits'
  | 'storage'
  | 'webhooks'
  | 'channels'
  | 'admin'
>;

/** What a resolver may use: who is asking, the use cases, and loaders that batch. Yoga copies it. */
export type GraphQLContext = {
  readonly app: GraphQLUseCases;
  readonly principal: Principal | null;
  /** The Authorization that came with it, to say what is wrong with one that opens nothing. */
  readonly authorization: string | undefined;
  /** Where the caller comes from; what rate limits count by. */
  readonly address: string;
  readonly loaders: Loaders;
  /** The operation's variables as they were sent; null where there are none. */
  readonly variables: JsonPart | null;
  /** What the operation came over. Nothing that it opened outlives it. */
  readonly connection: Connection;
  /** The socket that the operation came over; null over HTTP. */
  readonly socket: OperationSocket | null;
  /** Where in a trace an operation on a socket says to be itself. */
  readonly inbound?: TraceContext | null;
};

/** The context of one operation. */
export const createContext = (given: Omit<GraphQLContext, 'loaders'>): GraphQLContext => ({
  ...given,
  loaders: new Loaders(given.app, given.principal),
});

/** What an agent's channel needs of the graphql-ws socket under it. */
export type OperationSocket = {
  /** Bytes written to the socket that are not on the wire yet. */
  unsentBytes(): number;
  close(close: Close): void;
  /** Whether it ended over a message that was too large. */
  wasOversize(): boolean;
};
