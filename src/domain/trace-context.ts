/** Where in a trace something is, as W3C Trace Context (https://www.w3.org/TR/trace-context/) hands it on. */
export type TraceContext = {
  /** `00-<trace id>-<id of the span>-<flags>`. */
  readonly traceparent: string;
  /** What tracing systems say of it besides; null where they say nothing. */
  readonly tracestate: string | null;
  /** Whether it is a span that this platform records, and not one of a caller that is only passed on. */
  readonly isRecorded: boolean;
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACEPARENT_MAX_LENGTH = 256;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
const SAMPLED = 1;

const TRACESTATE_MAX_LENGTH = 512;
const TRACESTATE_MEMBERS_MAX = 32;
const TRACESTATE_MEMBER =
  /^[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * What a caller says of the trace that it is in; null where it says nothing, or something that is none: then it counts
 * as if it had not been said. A version that comes later is read as this one, and handed on as this one.
 */
export function traceContextOf(traceparent: unknown, tracestate?: unknown): TraceContext | null {
  if (typeof traceparent !== 'string' || traceparent.length > TRACEPARENT_MAX_LENGTH) return null;
  const [, version, traceId, spanId, flags = '', more] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  const known = `00-${traceId}-${spanId}-${version === '00' ? flags : flagsText(isSampledFlag(flags))}`;
  return { traceparent: known, tracestate: tracestateOf(tracestate), isRecorded: false };
}

/** A state that is none is dropped; the trace goes on without it. */
function tracestateOf(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > TRACESTATE_MAX_LENGTH) return null;
  const members = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const isOne = members.length > 0 && members.length <= TRACESTATE_MEMBERS_MAX;
  return isOne && members.every((each) => TRACESTATE_MEMBER.test(each)) ? members.join(',') : null;
}

export const traceIdOf = ({ traceparent }: TraceContext): string => traceparent.slice(3, 35);
export const spanIdOf = ({ traceparent }: TraceContext): string => traceparent.slice(36, 52);
export const isSampled = ({ traceparent }: TraceContext): boolean => isSampledFlag(traceparent.slice(53, 55));

const isSampledFlag = (flags: string): boolean => (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED;

export const flagsText = (sampled: boolean): string => (sampled ? '01' : '00');

/** As it is kept with a request: `r` where the platform records it, the parent, and the state where there is one. */
export const traceText = ({ traceparent, tracestate, isRecorded }: TraceContext): string =>
  [isRecorded ? 'r' : 'p', traceparent, ...(tracestate === null ? [] : [tracestate])].join(' ');

/** The same the other way round. */
export function traceOfText(text: string | null): TraceContext | null {
  if (text === null) return null;
  const [kind, traceparent, ...state] = text.split(' ');
  const context = traceContextOf(traceparent, state.join(' '));
  return context && { ...context, isRecorded: kind === 'r' };
}
