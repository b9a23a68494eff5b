/**
 * The largest answer of a platform, and the largest message, that is taken unless told otherwise: its own bound (ANSWER_MAX_BYTES,
 * 4 MiB) counts texts without what JSON makes of them.
 */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The least that `maxAnswerBytes` may be. */
export const LEAST_ANSWER_BYTES = 65_536;
