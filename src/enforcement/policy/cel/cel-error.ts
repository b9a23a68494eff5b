/** What is wrong with a CEL program, in words for its author. */
export class CelError extends Error {}
