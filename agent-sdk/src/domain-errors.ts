import { PlatformError } from './errors.ts';
import { type DomainFailure, errorOf } from './generated/domain-failures.ts';

/** The success of a mutation's union; its errors are thrown as what they are. */
export function successOf<Result extends { __typename: string }>(result: Result): Exclude<Result, DomainFailure> {
  const { __typename: name }: { __typename: string } = result;
  if (name.endsWith('Success')) return result as Exclude<Result, DomainFailure>;
  throw (
    errorOf(result as { __typename: string } as DomainFailure) ??
    new PlatformError(name, `The platform answered with ${name}, which this version of the SDK does not know.`)
  );
}
