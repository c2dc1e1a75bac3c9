#!/usr/bin/env bash
# Types, lint and the pack's own tests; needs no credentials.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -d node_modules ] || npm ci --ignore-scripts
npx tsc --noEmit
npx eslint policies --max-warnings 0
npx prettier --check --log-level warn policies .github
npx vitest run --config policies/vitest.config.ts
