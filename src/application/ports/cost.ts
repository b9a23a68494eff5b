/**
 * What work costs, in units of about a millisecond of a node's processor time: as measured, rounded, and the same on every
 * machine, so that a budget means the same everywhere.
 */
export const COST = {
  /** A call of any kind, before anything is done for it: to read it, to log it, to answer. */
  call: 0.2,
  /** A credential that nobody knows, which is looked up. */
  lookUp: 1,
  /** A WebSocket that is opened. */
  upgrade: 1,
  /** A statement, and each row that it answers. */
  statement: 0.2,
  row: 0.01,
  /** A share of a statement that several callers' work goes into. */
  shareOfStatement: 0.1,
  /** Reading a GraphQL document that is not known yet, for each KiB of its text, and each value that it may answer. */
  documentKib: 1,
  value: 0.001,
  /** What is sent as a body, or in a message, and what is answered, for each KiB. */
  readKib: 0.05,
  answeredKib: 0.02,
  /** An ack, progress or outcome of an agent that comes to nothing. */
  futileAnswer: 1,
  /** A message of an agent's channel that nobody waits for, and any of a GraphQL socket, pings included. */
  frame: 0.02,
  /** Progress, which may be reported as often as an agent likes. */
  progress: 0.05,
} as const;
