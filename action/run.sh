#!/usr/bin/env bash
# Runs `ai-detect ci` with the options that the inputs ask for; the program finds the event itself. Then
# makes SARIF of the report, for a step that uploads it.
set -euo pipefail

# shellcheck source=action/common.sh
source "$AI_DETECT_ACTION/action/common.sh"

if enabled install-only "$AI_DETECT_INSTALL_ONLY"; then
  echo "installed $AI_DETECT_BINARY; install-only is set, so nothing is checked here"
  exit 0
fi

folder=$(cd "${RUNNER_TEMP:-/tmp}" && pwd)
folder=$(mktemp -d "$folder/ai-detect-report.XXXXXX")
# The program may be one that knows drive letters only.
! command -v cygpath >/dev/null || folder=$(cygpath -m "$folder")
arguments=(-C "$AI_DETECT_DIRECTORY" ci --output "$folder/report.json")
! enabled fetch "$AI_DETECT_FETCH" || arguments+=(--fetch)
! enabled dry-run "$AI_DETECT_DRY_RUN" || arguments+=(--dry-run)
enabled inline "$AI_DETECT_INLINE" || arguments+=(--no-inline)
! enabled check-run "$AI_DETECT_CHECK_RUN" || arguments+=(--check-run)
if [[ -n $AI_DETECT_MAX_COMMENTS ]]; then
  [[ $AI_DETECT_MAX_COMMENTS =~ ^[0-9]{1,4}$ ]] || fail "max-comments must be a number, not \"$AI_DETECT_MAX_COMMENTS\""
  arguments+=(--max-comments "$AI_DETECT_MAX_COMMENTS")
fi
"$AI_DETECT_BINARY" "${arguments[@]}"

# A dry run leaves no report.
if [[ -e $folder/report.json ]]; then
  env -u GITHUB_TOKEN -u AI_DETECT_STATE_KEY "$AI_DETECT_BINARY" report --format sarif "$folder/report.json" > "$folder/report.sarif"
  echo "sarif=$folder/report.sarif" >> "$GITHUB_OUTPUT"
fi
