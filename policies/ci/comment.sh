#!/usr/bin/env bash
# comment.sh REPOSITORY PULL_REQUEST OUT: one comment for all stacks, edited in place by later runs.
set -euo pipefail
repository=$1
pull_request=$2
out=$3
mark='<!-- recover-policies -->'

body=$(mktemp)
trap 'rm -f "$body"' EXIT
echo "$mark" >"$body"
for file in "$out"/*.md; do
  [ -f "$file" ] || continue
  cat "$file" >>"$body"
  echo >>"$body"
done

comments="repos/$repository/issues/$pull_request/comments"
mine=$(gh api "$comments" --paginate \
  --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$mine" ]; then
  gh api --method PATCH "repos/$repository/issues/comments/$mine" --field "body=@$body" >/dev/null
else
  gh api --method POST "$comments" --field "body=@$body" >/dev/null
fi
