import { readFileSync } from 'node:fs';
import type { ApiDocument, Operation } from './api-document-types.ts';

export type ApiOperation = {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly needsKey: boolean;
  readonly operation: Operation;
  /** The documented body; undefined for an operation without one. */
  readonly body: unknown;
};

export const apiDocument = JSON.parse(
  readFileSync(new URL('../../schema/openapi.json', import.meta.url), 'utf8'),
) as ApiDocument;

/** An operation that takes a key, and works without one. */
const isNone = (requirement: unknown): boolean => JSON.stringify(requirement) === '{}';

/** Every operation that the document names, so that a test of all of them covers a new one on the day it is added. */
export const apiOperations: readonly ApiOperation[] = Object.entries(apiDocument.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase() as ApiOperation['method'],
    path,
    needsKey: operation.security.length > 0 && !operation.security.some(isNone),
    operation,
    body: operation.requestBody?.content['application/json']?.example,
  })),
);

/** The path with its parameters filled in. */
export const pathOf = (
  { path }: ApiOperation,
  parameters: { readonly id: string; readonly handle: string; readonly approverId?: string },
): string =>
  path
    .replace('{id}', parameters.id)
    .replace('{approver_id}', parameters.approverId ?? parameters.id)
    .replace('{sender_id}', parameters.id)
    .replace('{name}', 'pager')
    .replace('{handle}', parameters.handle);
