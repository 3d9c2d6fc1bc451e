#!/usr/bin/env bash
# Runs `ai-detect ci` with the options that the inputs ask for; the program finds the event itself.
set -euo pipefail

# shellcheck source=action/common.sh
source "$AI_DETECT_ACTION/action/common.sh"

if enabled install-only "$AI_DETECT_INSTALL_ONLY"; then
  echo "installed $AI_DETECT_BINARY; install-only is set, so nothing is checked here"
  exit 0
fi

arguments=(-C "$AI_DETECT_DIRECTORY" ci)
! enabled fetch "$AI_DETECT_FETCH" || arguments+=(--fetch)
! enabled dry-run "$AI_DETECT_DRY_RUN" || arguments+=(--dry-run)
enabled inline "$AI_DETECT_INLINE" || arguments+=(--no-inline)
if [[ -n $AI_DETECT_MAX_COMMENTS ]]; then
  [[ $AI_DETECT_MAX_COMMENTS =~ ^[0-9]{1,4}$ ]] || fail "max-comments must be a number, not \"$AI_DETECT_MAX_COMMENTS\""
  arguments+=(--max-comments "$AI_DETECT_MAX_COMMENTS")
fi
exec "$AI_DETECT_BINARY" "${arguments[@]}"
