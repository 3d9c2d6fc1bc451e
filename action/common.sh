# shellcheck shell=bash
# What the steps of the action share: ending with a message, and reading inputs.

# Ends the step with an error that the job's page shows. What stands in it cannot become a command.
fail() {
  local message=$1
  message=${message//'%'/%25}
  message=${message//$'\r'/%0D}
  message=${message//$'\n'/%0A}
  # Standard error: some callers' standard output is read by the script.
  printf '::error title=ai-detect::%s\n' "$message" >&2
  exit 1
}

# Whether an input is true; anything but true and false is a mistake to tell.
enabled() {
  case $2 in
    true) return 0 ;;
    false) return 1 ;;
    *) fail "$1 must be true or false, not \"$2\"" ;;
  esac
}
