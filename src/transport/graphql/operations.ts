import { isAsyncIterable } from '@envelop/core';
import { execute as executeAsYoga } from '@graphql-tools/executor';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
} from 'graphql';
import type { Metrics } from '../../application/ports/metrics.ts';
import { isLargerThan } from '../../domain/json/json-size.ts';
import { tooLargeText } from '../answer-size.ts';
import { refusalOf } from './before-execution.ts';
import type { GraphQLContext } from './context.ts';
import type { createMaskError } from './errors.ts';

type Dependencies = {
  readonly maskError: ReturnType<typeof createMaskError>;
  readonly metrics: Metrics;
  /** What one answer may have, or one event's. */
  readonly answerMaxBytes: number;
  /** Yoga's own, for what is wrong with a subscription's variables. */
  readonly subscribe: (args: ExecutionArgs) => Promise<unknown>;
};

/**
 * Executes operations with graphql's own executor, which does for less what Yoga's does for incremental delivery as well,
 * and without the hooks around it: what they do here is to check before and to mask after. What cannot be executed, such
 * as with variables of other types, Yoga's executor tells, so that the answer is the same at every door. Takes the
 * context of the operation as `contextValue`.
 */
export function createOperations({ maskError, metrics, answerMaxBytes, subscribe }: Dependencies) {
  const run = async (args: ExecutionArgs): Promise<ExecutionResult> => {
    const executed = await execute(args);
    const result = 'data' in executed ? executed : ((await executeAsYoga(args as never)) as ExecutionResult);
    const masked = result.errors ? { ...result, errors: result.errors.map(maskError) } : result;
    return withinBytes(masked, answerMaxBytes);
  };

  /** The answers to a subscription's events, each made when it is asked for. */
  class Answers implements AsyncIterableIterator<ExecutionResult> {
    readonly #args: ExecutionArgs;
    readonly #events: AsyncIterator<unknown>;

    constructor(args: ExecutionArgs, events: AsyncIterable<unknown>) {
      this.#args = args;
      this.#events = events[Symbol.asyncIterator]();
    }

    async next(): Promise<IteratorResult<ExecutionResult>> {
      const event = await this.#nextEvent();
      if (event.done) return { done: true, value: undefined };
      return { done: false, value: await run({ ...ofItsOwn(this.#args), rootValue: event.value }) };
    }

    async return(): Promise<IteratorResult<ExecutionResult>> {
      await this.#events.return?.();
      return { done: true, value: undefined };
    }

    [Symbol.asyncIterator](): this {
      return this;
    }

    async #nextEvent(): Promise<IteratorResult<unknown>> {
      try {
        return await this.#events.next();
      } catch (error) {
        const nodes = getOperationAST(this.#args.document, this.#args.operationName) ?? null;
        const originalError = error instanceof Error ? error : new Error(String(error));
        throw maskError(new GraphQLError(originalError.message, { originalError, nodes }));
      }
    }
  }

  /** An operation's name is whatever its sender likes, so its type is all that is counted by. */
  function counted<Answer extends object>({ document, operationName }: ExecutionArgs, answer: Answer): Answer {
    const { operation = 'none' } = getOperationAST(document, operationName) ?? {};
    metrics.operations.of(operation, 'errors' in answer ? 'errors' : 'data').add();
    return answer;
  }

  return {
    /** A query or a mutation. */
    execute: async (args: ExecutionArgs): Promise<ExecutionResult> =>
      counted(args, refusalOf(args) ?? (await run(args))),

    async subscribe(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
      const refusal = refusalOf(args);
      if (refusal) return counted(args, refusal);
      // They are read, and whoever asked keeps the arguments for as long as it is open.
      Object.assign(args, { contextValue: { ...(args.contextValue as GraphQLContext), variables: null } });
      const events = await createSourceEventStream(ofItsOwn(args));
      if (isAsyncIterable(events)) return counted(args, new Answers(args, events));
      const errors = events.errors ?? [];
      // Without a path: nothing has been opened yet, as its variables are of other types.
      if (errors.every(({ path }) => path === undefined)) {
        return counted(args, (await subscribe(args)) as ExecutionResult);
      }
      return counted(args, { ...events, errors: errors.map(maskError) });
    },
  };
}

/** The result, or in its place that it has more bytes: fields that name one text many times have it in memory once. */
export function withinBytes(result: ExecutionResult, maxBytes: number): ExecutionResult {
  if (!isLargerThan(result.data, maxBytes)) return result;
  const message = tooLargeText(maxBytes, 'Ask for smaller pages, or for fewer fields.');
  return { errors: [new GraphQLError(message, { extensions: { code: 'ANSWER_TOO_LARGE' } })] };
}

/**
 * With a context of its own: what is kept by context, such as who may do what and how much was loaded, does not last as
 * long as the subscription.
 */
const ofItsOwn = (args: ExecutionArgs): ExecutionArgs => {
  const context = args.contextValue as GraphQLContext;
  return { ...args, contextValue: { ...context, loaders: context.loaders.again() } };
};
