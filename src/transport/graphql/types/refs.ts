import type { Agent } from '../../../domain/agent.ts';
import type { Approval } from '../../../domain/approval.ts';
import type { Owner } from '../../../domain/owner.ts';
import type { Request } from '../../../domain/request.ts';
import { builder } from '../builder.ts';

/** Nouns that refer to each other; each is implemented in its own file. */
export const AgentType = builder.objectRef<Agent>('Agent');
export const ApprovalType = builder.objectRef<Approval>('Approval');
export const OwnerType = builder.objectRef<Owner>('Owner');
export const RequestType = builder.objectRef<Request>('Request');
