#!/bin/sh
# Makes the role that the platform works as, with APPLICATION_PASSWORD, and its database: it is no superuser, and owns what it makes
# in that database and nothing else. PostgreSQL's image runs this once, when it makes its data (/docker-entrypoint-initdb.d); anywhere else run it
# as a superuser, as PGUSER, PGHOST and so on say.
set -eu
: "${APPLICATION_PASSWORD:?is not set}"
export APPLICATION_PASSWORD APPLICATION_DATABASE="${APPLICATION_DATABASE:-clawcierge}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname postgres <<'SQL'
\getenv password APPLICATION_PASSWORD
\getenv database APPLICATION_DATABASE
create role clawcierge login password :'password';
create database :"database" encoding 'UTF8' template template0;
grant create, connect, temporary on database :"database" to clawcierge;
revoke connect, temporary on database :"database", postgres, template1 from public;
SQL
