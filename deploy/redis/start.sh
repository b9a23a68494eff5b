#!/bin/sh
# Starts a Redis for the platform, which keeps nothing: REDIS_PASSWORD, or the file that REDIS_PASSWORD_FILE names, is the password of
# the user `clawcierge` of users.acl. Neither it nor its SHA-256 stands in a list of processes. What else is said goes to redis-server.
set -eu
if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then REDIS_PASSWORD=$(cat "$REDIS_PASSWORD_FILE"); fi
: "${REDIS_PASSWORD:?is not set}"
umask 077
users=$(mktemp)
password=$(printf %s "$REDIS_PASSWORD" | sha256sum)
while read -r line; do
  case $line in
    '#'* | '') ;;
    *PASSWORD_SHA256*) echo "${line%%PASSWORD_SHA256*}${password%% *}${line#*PASSWORD_SHA256}" ;;
    *) echo "$line" ;;
  esac
done <"$(dirname "$0")/users.acl" >"$users"
unset REDIS_PASSWORD
exec redis-server --aclfile "$users" --save '' --appendonly no --maxmemory 128mb --maxmemory-policy volatile-ttl "$@"
