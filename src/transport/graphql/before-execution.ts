import type { ExecutionArgs, GraphQLError } from 'graphql';
import { createCostLimit } from './cost.ts';
import { DOCUMENT_LIMITS } from './limits.ts';
import { takeVariables } from './variables.ts';

type Refusal = { readonly errors: readonly GraphQLError[] };

const overCost = createCostLimit({ max: DOCUMENT_LIMITS.cost });

/** Reads an operation's variables into the arguments, and answers why it is not executed; null where it may be. */
export function refusalOf(args: ExecutionArgs): Refusal | null {
  const problems = takeVariables(args);
  if (problems.length > 0) return { errors: problems };
  const error = overCost(args);
  return error ? { errors: [error] } : null;
}

type Start = { readonly args: ExecutionArgs; setResultAndStopExecution(result: Refusal): void };

function check({ args, setResultAndStopExecution }: Start): void {
  const refusal = refusalOf(args);
  if (refusal) setResultAndStopExecution(refusal);
}

/** The same for what Yoga executes: server-sent events and GET. */
export const beforeExecutionPlugin: object = { onExecute: check, onSubscribe: check };
