#!/bin/sh
# The protocol's own suite against MCP_URL (see with-fixture-agent.ts). Fails where anything fails but what is listed in test/mcp,
# and where something passes that is listed there.
set -u
status=0
log=$(mktemp)
for revision in 2026-07-28 2025-11-25; do
  conformance server --url "$MCP_URL" --requirements "$revision" \
    --expected-failures "test/mcp/expected-$revision.yml" >"$log" 2>&1 || { status=1; cat "$log"; }
  echo "MCP $revision: $(grep -c '^✓' "$log") scenarios pass, $(grep -c '^✗' "$log") are about what is not offered"
  if [ "$revision" = 2026-07-28 ]; then
    grep -v '^#' test/mcp/expected-not-scored.txt | while IFS= read -r line; do
      grep -qxF -- "$line" "$log" || { echo "not as expected: $line"; exit 1; }
    done || status=1
  fi
done
rm -f "$log"
exit $status
