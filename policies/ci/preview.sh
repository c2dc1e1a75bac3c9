#!/usr/bin/env bash
# preview.sh STACK OUT: previews with the pack; leaves OUT/STACK.md for the comment, OUT/STACK.sarif for
# code scanning. Fails when the preview, or a mandatory rule in it, does.
set -euo pipefail
stack=$1
out=$2
cd "$(dirname "$0")/../.."
mkdir -p "$out"
[ -d node_modules ] || npm ci --ignore-scripts

status=0
pulumi preview --stack "$stack" --policy-pack policies --non-interactive --color never --diff \
  >"$out/$stack.txt" 2>&1 || status=$?
cat "$out/$stack.txt"

{
  if [ "$status" = 0 ]; then echo "### $stack: passes"; else echo "### $stack: does NOT pass"; fi
  echo
  echo "<details><summary>preview</summary>"
  echo
  echo '```'
  # A comment holds 65 536 characters; what matters of a preview stands at its end.
  tail -c 30000 "$out/$stack.txt" | sed 's/```/` ` `/g'
  echo '```'
  echo
  echo "</details>"
} >"$out/$stack.md"

# The findings once more, from the preview's JSON, which code scanning can read.
if pulumi preview --stack "$stack" --non-interactive --json --show-sames >"$out/$stack.json"; then
  config=()
  [ -f policies/policy.json ] && config=(--config policies/policy.json)
  code=0
  node policies/run.ts --preview "$out/$stack.json" --stack-file "Pulumi.$stack.yaml" "${config[@]}" \
    --format sarif --output "$out/$stack.sarif" || code=$?
  [ "$code" -le 1 ] || exit "$code"
fi
exit "$status"
