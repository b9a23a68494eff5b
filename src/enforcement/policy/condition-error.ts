/** What is wrong with a condition, in words for its author. */
export class ConditionError extends Error {}
