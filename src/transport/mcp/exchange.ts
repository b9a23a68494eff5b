import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import type { Agent } from '../../domain/agent.ts';
import type { CapabilityContract } from '../../domain/contract.ts';
import type { SubmittingPrincipal } from '../../domain/principal.ts';
import type { Authenticate } from '../authenticate.ts';
import type { OpenStreams } from '../open-streams.ts';

/** What the door stands on. */
export type McpDependencies = {
  readonly app: Pick<Application, 'agents' | 'keys' | 'requests' | 'isStopping'>;
  readonly authenticate: Authenticate;
  readonly streams: OpenStreams;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: McpSettings;
};

export type McpSettings = {
  /** The platform's version. */
  readonly version: string;
  /** Where the platform listens; a loopback address is asked for by no other name. */
  readonly host: string;
  readonly publicUrl: string | undefined;
  /** Origins whose pages may call, besides the platform's own. */
  readonly corsOrigins: readonly string[];
  /** After so long a call is answered with a task, where its caller takes one. */
  readonly taskAfterSeconds: number;
  /** The longest that a call waits whose caller is told of progress. */
  readonly waitMaxSeconds: number;
  /** For how long what is finished is kept; null for ever. */
  readonly retentionMs: number | null;
  /** Whether the platform's own tools are offered beside the agent's. */
  readonly companionTools: boolean;
  /** What one answer may have. */
  readonly answerMaxBytes: number;
};

/** Which of the protocol's two eras a caller speaks: with a version in each request, or with an `initialize` before. */
export type Era = 'modern' | 'legacy';

/** One HTTP request with its answer: nothing of the door lives longer. */
export type Exchange = {
  readonly principal: SubmittingPrincipal;
  readonly agent: Agent;
  /** The contract in force; null before the first one. */
  readonly contract: CapabilityContract | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the caller goes before the answer is out. */
  readonly gone: AbortSignal;
};
