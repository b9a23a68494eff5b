/** The schema of a database that has no tables of ours yet. */
export const DEFAULT_SCHEMA = 'clawcierge';
