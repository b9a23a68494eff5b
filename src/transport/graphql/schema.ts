import { builder } from './builder.ts';
import './scalars.ts';
import './json-scalars.ts';
import './types/domain-errors.ts';
import './types/admin-account.ts';
import './types/agent.ts';
import './types/agent-channel.ts';
import './types/agent-summary.ts';
import './types/approval.ts';
import './types/approval-activity.ts';
import './types/approval-decision.ts';
import './types/approval-settings.ts';
import './types/approval-link.ts';
import './types/audit.ts';
import './types/channel.ts';
import './types/decide-approval.ts';
import './types/delivery.ts';
import './types/invitation.ts';
import './types/registration.ts';
import './types/limits.ts';
import './types/overview.ts';
import './types/owner.ts';
import './types/platform-activity.ts';
import './types/policy-replay.ts';
import './types/quarantine.ts';
import './types/request-type.ts';
import './types/resting-handle.ts';
import './types/request.ts';
import './types/suspension.ts';
import './types/trial.ts';
import './types/viewer.ts';
import './types/webhook.ts';

builder.queryType({ description: 'What can be read.' });
builder.mutationType({ description: 'What can be done.' });
builder.subscriptionType({ description: 'What can be followed, over a WebSocket that speaks graphql-transport-ws.' });

/** The schema, of which `schema/schema.graphql` is the print. */
export const schema = builder.toSchema();
