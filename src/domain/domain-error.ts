import type { ApprovalStatus } from './approval.ts';
import type { FinalStatus } from './request.ts';
import type { DenialKind } from './verdict.ts';

/** One thing that is wrong with an input. `path` is dotted camelCase, as in `input.capabilities.0.paramsSchema`. */
export type InputIssue = { readonly path: string; readonly message: string };

/** What the fields of errors hold, by the word that rows use for it. Each transport spells each of them once. */
export type FieldTypes = {
  text: string;
  texts: readonly string[];
  id: string;
  seconds: number;
  flag: boolean;
  count: number;
  issues: readonly InputIssue[];
  finalStatus: FinalStatus;
  approvalStatus: ApprovalStatus;
  /** Null where the denial is from before denials had kinds. */
  denialKind: DenialKind | null;
};

export type ErrorField = {
  [Type in keyof FieldTypes]: {
    readonly type: Type;
    readonly description: string;
    /** For the API reference. */
    readonly example: FieldTypes[Type];
  };
}[keyof FieldTypes];

export type ErrorFields = Readonly<Record<string, ErrorField>>;

export type FieldValues<Fields extends ErrorFields> = {
  readonly [Name in keyof Fields]: FieldTypes[Fields[Name]['type']];
};

/** What there is to say about an error: everything that transports, documents and the SDK tell of it. */
export type ErrorRow<
  Code extends string = string,
  Fields extends ErrorFields = ErrorFields,
  WireCode extends string = string,
> = {
  /** A stable, machine-readable name, in snake_case. GraphQL writes it in upper case, REST with hyphens. */
  readonly code: Code;
  /** The HTTP status code that it is answered with. */
  readonly status: number;
  /** The same for every occurrence (RFC 9457, section 3.1.3). */
  readonly title: string;
  /** For references: when it is answered, and what to do about it. */
  readonly description: string;
  /** What its occurrences carry besides the message. A field named `retryAfterSeconds` is also told as Retry-After. */
  readonly fields?: Fields;
  /** The text of an occurrence, written for outsiders, unless the thrower says it better. */
  readonly message: string | ((fields: FieldValues<Fields>) => string);
  /** Whether the same call may work later although the caller changes nothing. */
  readonly retryable?: boolean;
  /** In how many seconds, where that is always the same. */
  readonly retryAfterSeconds?: number;
  /** Its object type in the unions of GraphQL mutations. Without one it is told beside the data. */
  readonly graphqlType?: string;
  /** How the raw agent channel answers a message that failed with it. Without one it is a defect there. */
  readonly wireCode?: WireCode;
  /** What a socket is closed with that cannot be served because of it. */
  readonly closeCode?: number;
};

/** `message` replaces the row's; `cause` is for the log only. */
export type DomainErrorOptions = ErrorOptions & { readonly message?: string };

/**
 * A failure that the outside may hear of: its message is written for them. Causes go to the log.
 * Everything that is not a DomainError is masked by the transports.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;

  get row(): ErrorRow {
    return (this.constructor as typeof DomainError & { readonly row: ErrorRow }).row;
  }
}

/** The class of one kind of error. */
export type ErrorClass<
  Code extends string = string,
  Fields extends ErrorFields = ErrorFields,
  WireCode extends string = string,
> = {
  readonly row: ErrorRow<Code, Fields, WireCode>;
  new (
    ...args: keyof Fields extends never
      ? [fields?: FieldValues<Fields>, options?: DomainErrorOptions]
      : [fields: FieldValues<Fields>, options?: DomainErrorOptions]
  ): DomainError & { readonly code: Code } & FieldValues<Fields>;
};

/**
 * Too much was asked for: such errors are made by the thousand where somebody floods, and where they were made tells nobody anything,
 * while taking that down would be a tenth of what refusing costs.
 */
const REFUSED: ReadonlySet<number> = new Set([429, 503]);

/** The class of a row: `class HandleTakenError extends domainError({ … }) {}`. */
export function domainError<
  const Code extends string,
  const Fields extends ErrorFields = Record<never, never>,
  const WireCode extends string = never,
>(row: ErrorRow<Code, Fields, WireCode>): ErrorClass<Code, Fields, WireCode> {
  const isRefusal = REFUSED.has(row.status);
  class RowError extends DomainError {
    static readonly row = row;
    readonly code = row.code;

    constructor(fields: FieldValues<Fields> = {} as FieldValues<Fields>, options: DomainErrorOptions = {}) {
      const message = options.message ?? textOf(row, fields);
      const { stackTraceLimit } = Error;
      if (isRefusal) Error.stackTraceLimit = 0;
      super(message, options);
      Error.stackTraceLimit = stackTraceLimit;
      Object.assign(this, fields);
    }
  }
  return RowError as unknown as ErrorClass<Code, Fields, WireCode>;
}

const textOf = <Fields extends ErrorFields>(
  { message }: ErrorRow<string, Fields>,
  fields: FieldValues<Fields>,
): string => (typeof message === 'string' ? message : message(fields));

/** An occurrence with the examples of the row's fields, for references and tests. */
export function exampleOf(errorClass: { readonly row: Pick<ErrorRow, 'fields'> }): DomainError {
  const fields = Object.entries(errorClass.row.fields ?? {}).map(([name, { example }]) => [name, example]);
  // The class of the row, whose constructor takes them all: classes of errors have constructors of their own.
  const rowClass = Object.getPrototypeOf(errorClass);
  return Reflect.construct(rowClass, [Object.fromEntries(fields)], errorClass as typeof rowClass);
}
