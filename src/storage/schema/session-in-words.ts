/** SQL that names the session `a` of pg_stat_activity for whoever has to find it: its process, user, program, and since when it does what. */
export const SESSION_IN_WORDS = `format('backend %s of %s (%s, %s for %s s)', a.pid, coalesce(a.usename, '?'),
  coalesce(nullif(a.application_name, ''), 'unnamed'), coalesce(a.state, 'working'),
  extract(epoch from clock_timestamp() - coalesce(a.state_change, a.backend_start))::int)`;
