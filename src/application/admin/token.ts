import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
const TOKEN_LENGTH = 43;

/** 256 random bits, as a cookie or a link carries them. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** Whether it can be one of ours, so that looking for it is worth it. */
export const isToken = (text: string): boolean => text.length === TOKEN_LENGTH;
