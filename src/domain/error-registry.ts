import * as classes from './errors.ts';

/** Any of the classes in errors.ts, for lists of what an operation throws. */
export type AnyErrorClass = (typeof classes)[keyof typeof classes];

/** The codes of all errors. */
export type ErrorCode = AnyErrorClass['row']['code'];

/** What the raw agent channel calls those errors that its messages can fail with. */
export type ErrorWireCode = NonNullable<AnyErrorClass['row']['wireCode']>;

/** Every error there is, in alphabetical order: errors.ts holds nothing else. */
export const ERRORS: readonly AnyErrorClass[] = Object.values(classes);
