/** Why a rule has no value for a request, in words for whoever owns the rule. */
export class EvaluationError extends Error {}
