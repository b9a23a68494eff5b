const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Whether the text is an id that could exist. Only the canonical form (RFC 9562, section 4) in lower case is one; what
 * is none names nothing, and never reaches the database.
 */
export const isUuid = (text: string): boolean => text.length === 36 && UUID.test(text);
