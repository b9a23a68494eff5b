/**
 * Why nodes of this release cannot work with the tables as they are now, in words for an operator; null where they can.
 * One cheap statement.
 */
export type SchemaCheck = () => Promise<string | null>;
