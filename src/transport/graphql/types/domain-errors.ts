import * as domain from '../../../domain/errors.ts';
import { builder } from '../builder.ts';
import { RequestStatusEnum } from './enums.ts';

const DomainErrorInterface = builder.interfaceRef<Error>('DomainError').implement({
  description: 'A failure that the caller can do something about. It is data, not a top-level error.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'What is wrong, written for people.' }),
  }),
});

const InputIssue = builder.objectRef<domain.InputIssue>('InputIssue').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where, as in input.capabilities.0.paramsSchema.' }),
    message: t.exposeString('message', { description: 'What is wrong there, naming the bound.' }),
  }),
});

builder.objectType(domain.InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input breaks a rule. Every problem is listed.',
  interfaces: [DomainErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssue],
      description: 'Everything that is wrong.',
      resolve: ({ issues }) => [...issues],
    }),
  }),
});

builder.objectType(domain.HandleTakenError, {
  name: 'HandleTakenError',
  description: 'Another agent has the handle.',
  interfaces: [DomainErrorInterface],
  fields: (t) => ({ handle: t.exposeString('handle', { description: 'The handle that is taken.' }) }),
});

builder.objectType(domain.AgentNotFoundError, {
  name: 'AgentNotFoundError',
  description: 'There is no such agent.',
  interfaces: [DomainErrorInterface],
});

builder.objectType(domain.AgentNotConnectedError, {
  name: 'AgentNotConnectedError',
  description: 'The agent holds no channel, and the request was not to be queued. Nothing was kept.',
  interfaces: [DomainErrorInterface],
});

builder.objectType(domain.RequestRejectedError, {
  name: 'RequestRejectedError',
  description: 'The pipeline said no. The request is kept, with its log.',
  interfaces: [DomainErrorInterface],
  fields: (t) => ({
    stage: t.exposeString('stage', { description: 'The stage that said no: policy_engine, capability_sandbox, …' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    requestId: t.exposeID('requestId', { description: 'The rejected request, to look at its log.' }),
  }),
});

builder.objectType(domain.RequestNotFoundError, {
  name: 'RequestNotFoundError',
  description: "There is no such request, or it is not the caller's.",
  interfaces: [DomainErrorInterface],
});

builder.objectType(domain.RequestFinishedError, {
  name: 'RequestFinishedError',
  description: 'It already has its final state.',
  interfaces: [DomainErrorInterface],
  fields: (t) => ({
    status: t.field({
      type: RequestStatusEnum,
      description: 'The final state that it has.',
      resolve: ({ status }) => status,
    }),
  }),
});

builder.objectType(domain.ApiKeyNotFoundError, {
  name: 'ApiKeyNotFoundError',
  description: "There is no such key, or it is not the caller's.",
  interfaces: [DomainErrorInterface],
});

builder.objectType(domain.RateLimitedError, {
  name: 'RateLimitedError',
  description: 'Too many calls in too short a time.',
  interfaces: [DomainErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeFloat('retryAfterSeconds', { description: 'In how many seconds to try again.' }),
  }),
});
