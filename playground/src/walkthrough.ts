/** What the first tab, and every new one, begins with. */
export const WELCOME = `# Clawcierge
#
# Outsiders ask an agent by its handle; a fail-closed pipeline decides; the agent's own channel delivers.
# The tabs walk you through it: register an agent, publish its contract and rules, open its channel, register
# a sender, submit a request, answer it, read the outcome.
#
# Whose key is sent, a line above each operation says: "# as the agent", "# as the sender" or "# as nobody". The keys
# themselves stand under "Keys" on the left, where registering fills them in.

# as nobody
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
# as nobody
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

const PUBLISH = `# Put the agent's id in place of AGENT_ID.
# as the agent
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

# as the agent
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

const CHANNEL = `# While this runs the agent is ACTIVE, and requests arrive here. It goes on while you work in other tabs: see "Streams".
# as the agent
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

const SUBMIT = `# Register a sender first, then submit.
# as nobody
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

# as the sender
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

const ANSWER = `# What the agent received is acknowledged, then completed or failed.
# as the agent
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

# as the agent
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

const FOLLOW = `# How it went.
# as the sender
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

# as the sender
subscription RequestUpdates {
  requestUpdates(requestId: "REQUEST_ID") {
    status
    result
    updatedAt
  }
}
`;

/** The tabs, in the order in which the README walks through. */
export const WALKTHROUGH: readonly string[] = [WELCOME, REGISTER_AGENT, PUBLISH, CHANNEL, SUBMIT, ANSWER, FOLLOW];
