/**
 * Why nodes of this release cannot work with the tables as they are now, in words for an operator, as what follows
 * "the tables are"; null where they can.
 * One cheap statement.
 */
export type SchemaCheck = () => Promise<string | null>;
