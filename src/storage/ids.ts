import { validate } from 'uuid';

/** What is no UUID names nothing, and never reaches the database. */
export const isUuid = (text: string): boolean => validate(text);
