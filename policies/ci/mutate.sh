#!/usr/bin/env bash
# mutate.sh [AREA/RULE ...]: breaks each rule in every way that Stryker knows, one rule at a time against
# its own cases; lists what no case noticed. Without arguments: all rules (hours).
set -euo pipefail
cd "$(dirname "$0")/../.."
rules=("$@")
if [ ${#rules[@]} -eq 0 ]; then
  mapfile -t rules < <(cd policies/rules && find . -name '*.ts' ! -name '*.cases.ts' ! -name index.ts |
    sed 's|^\./||; s|\.ts$||' | sort)
fi
for rule in "${rules[@]}"; do
  echo "== $rule"
  POLICY_CASES="$rule." npx stryker run policies/stryker.config.json \
    --mutate "policies/rules/$rule.ts" --reporters clear-text
done
