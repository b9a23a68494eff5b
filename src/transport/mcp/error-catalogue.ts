/** An error as callers meet it. */
export type McpError = {
  readonly when: string;
  /** Of the answer; several where eras, or moments, differ. */
  readonly status: string;
  /** The code of a JSON-RPC error, or what is answered in place of one. */
  readonly code: number | 'tool error' | 'acknowledged';
};

/**
 * Every error of the door, those included that the protocol's own code finds: schema/mcp.md tells outsiders the same, and each
 * has a test by its name. What none of them names is `internal`.
 */
export const MCP_ERRORS = {
  not_json: { when: 'The body is not JSON, or empty', status: '400', code: -32700 },
  not_json_rpc: {
    when: 'The body is no message of JSON-RPC 2.0, or a batch that holds a request',
    status: '400',
    code: -32600,
  },
  foreign_origin: {
    when: '`Origin` or `Host` is none of this platform, of `PUBLIC_URL` or of `CORS_ORIGINS`',
    status: '403',
    code: 403,
  },
  unauthenticated: { when: 'There is no API key, or one that opens nothing', status: '401', code: 401 },
  forbidden: { when: 'The key is of another kind, or lacks `requests:submit`', status: '403', code: 403 },
  agent_not_found: { when: 'No agent has the handle', status: '404', code: 404 },
  body_too_large: {
    when: 'The body is over `BODY_LIMIT_BYTES`, or has over 65,536 characters beside the arguments of a call',
    status: '413',
    code: -32000,
  },
  answer_too_large: {
    when: 'The answer would have more than `ANSWER_MAX_BYTES`. Of a result it is a tool error, whose text says where to read it',
    status: '422',
    code: 422,
  },
  content_type: { when: '`Content-Type` is not `application/json`', status: '415', code: -32000 },
  not_acceptable: {
    when: '`Accept` does not name both `application/json` and `text/event-stream` (legacy)',
    status: '406',
    code: -32000,
  },
  unknown_method: { when: 'The method is unknown, or not of that era', status: '404, legacy 200', code: -32601 },
  invalid_meta: { when: '`_meta` lacks the version or the capabilities of the client', status: '400', code: -32602 },
  invalid_params: { when: 'Params of the wrong form; any cursor', status: '200', code: -32602 },
  header_mismatch: {
    when: '`MCP-Protocol-Version`, `Mcp-Method` or `Mcp-Name` is missing or says something else than the body',
    status: '400',
    code: -32020,
  },
  missing_capability: {
    when: 'A method of tasks without the extension among the capabilities; `data.requiredCapabilities`',
    status: '400',
    code: -32021,
  },
  unsupported_version: {
    when: 'The version is none that is spoken here; `data.supported`',
    status: '400',
    code: -32022,
  },
  unknown_tool: {
    when: 'No tool and no action has the name; `data.reason`, `data.requestId`',
    status: '200',
    code: -32602,
  },
  request_rejected: { when: 'The pipeline said no; the text says why', status: '200', code: 'tool error' },
  invalid_input: { when: 'What is asked breaks a rule of the platform', status: '200', code: 'tool error' },
  blocked: { when: "The agent's owner takes nothing from this sender", status: '200', code: 'tool error' },
  suspended: { when: 'An administrator has stopped the sender, or the agent', status: '200', code: 'tool error' },
  agent_not_connected: {
    when: 'The agent holds no channel, and the call was not to be queued; `clawcierge/retryAfterSeconds`',
    status: '200',
    code: 'tool error',
  },
  agent_quarantined: {
    when: 'The agent’s contract or policies are not evaluated for now; `clawcierge/retryAfterSeconds`',
    status: '200',
    code: 'tool error',
  },
  rate_limited: {
    when: 'Too many calls in too short a time; `clawcierge/retryAfterSeconds`',
    status: '200',
    code: 'tool error',
  },
  unavailable: {
    when: 'The platform cannot answer now; before the call began, 503 with the status as the code',
    status: '200, 503',
    code: 'tool error',
  },
  storage_full: {
    when: 'The platform has stored as much as it may: it takes nothing new until there is room',
    status: '200',
    code: 'tool error',
  },
  overloaded: {
    when: 'The platform has too much to do just now; before the call began, 503 with the status as the code',
    status: '200, 503',
    code: 'tool error',
  },
  not_finished: {
    when: 'The wait is over and the request goes on; the text names it',
    status: '200',
    code: 'tool error',
  },
  request_not_found: {
    when: 'The platform’s own tools: there is no such request of the caller to this agent',
    status: '200',
    code: 'tool error',
  },
  request_finished: { when: '`clawcierge_cancel`: the request is final already', status: '200', code: 'tool error' },
  task_not_found: { when: 'There is no such task of the caller with this agent', status: '200', code: -32602 },
  task_finished: { when: '`tasks/cancel`: the task is final already', status: '200', code: 'acknowledged' },
  too_many_streams: {
    when: '`subscriptions/listen`: as many streams are open as may be, in all or from this address',
    status: '200',
    code: -32603,
  },
  internal: { when: 'Anything else; `data.errorId`', status: '200, before a call 500', code: -32603 },
} as const satisfies Readonly<Record<string, McpError>>;

export type McpErrorName = keyof typeof MCP_ERRORS;
