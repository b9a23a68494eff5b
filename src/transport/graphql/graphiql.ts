import type { GraphiQLOptions } from 'graphql-yoga';

const HEADERS = JSON.stringify(
  { authorization: 'Bearer <the apiKey that registerAgent or registerSender answered>' },
  null,
  2,
);

const WELCOME = `# Clawcierge
#
# Outsiders ask an agent by its handle; a fail-closed pipeline decides; the agent's own channel delivers.
# The tabs walk you through it: register an agent, publish its contract and rules, open its channel, register
# a sender, submit a request, answer it, read the outcome.
#
# Say who you are in the Headers pane below:
#   { "authorization": "Bearer clw_agent_…" }    the agent: publish, open the channel, acknowledge, complete
#   { "authorization": "Bearer clw_sender_…" }   the sender: submit, follow, cancel
# Registering and looking an agent up need no key.

query Directory {
  viewer {
    __typename
  }
  agents(first: 10) {
    totalCount
    edges {
      node {
        handle
        displayName
        status
        capabilities {
          capabilities {
            action
            description
          }
        }
      }
    }
  }
}
`;

const REGISTER_AGENT = `# Open to everybody. Keep the key: it is shown only here.
mutation RegisterAgent {
  registerAgent(input: { handle: "marius.exec", displayName: "Marius Exec" }) {
    ... on RegisterAgentSuccess {
      apiKey
      agent {
        id
        handle
        status
      }
    }
    ... on DomainError {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
`;

const PUBLISH = `# With the agent's key in the Headers pane. Put the agent's id in place of AGENT_ID.
mutation PublishCapabilities {
  publishCapabilities(
    input: {
      agentId: "AGENT_ID"
      capabilities: [
        {
          action: "calendar.schedule"
          description: "Puts a meeting into the calendar"
          paramsSchema: {
            type: "object"
            required: ["title", "duration_minutes"]
            properties: { title: { type: "string" }, duration_minutes: { type: "integer", minimum: 15 } }
          }
          constraints: { max_duration_minutes: 120 }
        }
      ]
    }
  ) {
    ... on PublishCapabilitiesSuccess {
      contract {
        version
        isActive
      }
    }
    ... on DomainError {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}

mutation PublishPolicies {
  publishPolicies(
    input: {
      agentId: "AGENT_ID"
      rules: [{ condition: "sender_id == 'blocked-user-id'", action: REJECT, reason: "Sender is blocked" }]
    }
  ) {
    ... on PublishPoliciesSuccess {
      policySet {
        version
        defaultAction
      }
    }
    ... on DomainError {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
`;

const CHANNEL = `# With the agent's key. While this runs the agent is ACTIVE, and requests arrive here.
subscription AgentChannel {
  agentChannel {
    ... on RequestReceived {
      requestId
      action
      params
      senderId
      attempt
      expiresAt
    }
    ... on RequestCancel {
      requestId
      reason
    }
  }
}
`;

const SUBMIT = `# Register a sender first (no key needed), then put its key into the Headers pane and submit.
mutation RegisterSender {
  registerSender(input: { displayName: "Sally" }) {
    ... on RegisterSenderSuccess {
      apiKey
      sender {
        id
      }
    }
    ... on DomainError {
      message
    }
  }
}

mutation SubmitRequest {
  submitRequest(
    input: {
      handle: "marius.exec"
      action: "calendar.schedule"
      params: { title: "Standup", duration_minutes: 30 }
      whenOffline: QUEUE
    }
  ) {
    ... on SubmitRequestSuccess {
      request {
        id
        status
        expiresAt
      }
    }
    ... on RequestRejectedError {
      stage
      reason
      requestId
    }
    ... on DomainError {
      message
    }
  }
}
`;

const ANSWER = `# With the agent's key: what it received is acknowledged, then completed or failed.
mutation Acknowledge {
  acknowledgeRequest(input: { requestId: "REQUEST_ID" }) {
    ... on AcknowledgeRequestSuccess {
      request {
        status
      }
    }
    ... on DomainError {
      message
    }
  }
}

mutation Complete {
  completeRequest(input: { requestId: "REQUEST_ID", result: { event_id: "evt-1", status: "confirmed" } }) {
    ... on CompleteRequestSuccess {
      request {
        status
        result
      }
    }
    ... on DomainError {
      message
    }
  }
}
`;

const FOLLOW = `# With the sender's key: how it went.
query Request {
  request(id: "REQUEST_ID") {
    status
    result
    error {
      code
      message
    }
    attempts
    pipelineLog {
      stage
      passed
      reason
      durationMs
    }
  }
}

subscription RequestUpdates {
  requestUpdates(requestId: "REQUEST_ID") {
    status
    result
    updatedAt
  }
}
`;

const tab = (query: string, headers: string = HEADERS) => ({ query, headers });

/** GraphiQL at /graphql: the walkthrough as tabs, and a headers pane that says what to put there. */
export const graphiqlOptions: GraphiQLOptions = {
  title: 'Clawcierge — GraphiQL',
  defaultQuery: WELCOME,
  headers: HEADERS,
  shouldPersistHeaders: false,
  defaultTabs: [
    tab(WELCOME, '{}'),
    tab(REGISTER_AGENT, '{}'),
    tab(PUBLISH),
    tab(CHANNEL),
    tab(SUBMIT),
    tab(ANSWER),
    tab(FOLLOW),
  ],
};
