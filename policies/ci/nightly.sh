#!/usr/bin/env bash
# nightly.sh STACK OUT: does the cloud still look as the program says, and is what is there recoverable?
set -euo pipefail
stack=$1
out=$2
cd "$(dirname "$0")/../.."
mkdir -p "$out"
[ -d node_modules ] || npm ci --ignore-scripts

drift=0
pulumi preview --stack "$stack" --refresh --expect-no-changes --non-interactive --color never --diff ||
  drift=$?

pulumi stack export --stack "$stack" --file "$out/$stack.state.json"
config=()
[ -f policies/policy.json ] && config=(--config policies/policy.json)
arguments=(--state "$out/$stack.state.json" --stack-file "Pulumi.$stack.yaml" "${config[@]}")
code=0
node policies/run.ts "${arguments[@]}" || code=$?
[ "$code" -le 1 ] || exit "$code"
node policies/run.ts "${arguments[@]}" --format sarif --output "$out/$stack.sarif" || true

[ "$drift" = 0 ] || echo "$stack has drifted: the preview above shows where"
[ "$drift" = 0 ] && [ "$code" = 0 ]
