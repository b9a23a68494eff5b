/**
 * The database's time of day, which is the same for every node: leases, expiry and presence are judged by it, so a
 * node whose own clock is wrong or jumps does no harm to what others hold.
 */
export type SharedTime = () => Promise<Date>;
