/** Which sweeps have something to do. */
export type DueWork = {
  /** There are open requests whose time is over. */
  readonly hasExpired: boolean;
  /** There are open requests that were delivered as often as that; some may have to be given up. */
  readonly hasRedelivered: boolean;
  /** There are nodes that were not seen since. */
  readonly hasStaleNodes: boolean;
  /** There is something to tell. */
  readonly hasOutbox: boolean;
};

/**
 * Looks for what every sweep would look for, with one cheap statement: mostly there is nothing.
 * @param looked.deliveries at least 1
 */
export type LookForDueWork = (looked: {
  readonly at: Date;
  readonly deliveries: number;
  readonly aliveSince: Date;
}) => Promise<DueWork>;
