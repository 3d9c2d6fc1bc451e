#!/usr/bin/env bash
# Backs up a folder to a disk, and keeps the last seven copies.
set -euo pipefail

SOURCE="${1:?usage: backup SOURCE TARGET}"
TARGET="${2:?usage: backup SOURCE TARGET}"
KEEP=7

# Print a message with the time
log() {
  echo "$(date +%H:%M:%S) $*" >&2
}

# Check if the disk is mounted; a backup onto the mount point itself would
# silently fill the system disk.
check_target() {
  if ! mountpoint -q "$TARGET" 2>/dev/null; then
    log "❌ $TARGET is not mounted"
    return 1
  fi
}

# --- Copies ---------------------------------------------------------

newest_copy() {
  ls -1d "$TARGET"/copy-* 2>/dev/null | tail -n 1 || true
}

make_copy() {
  local last stamp
  last="$(newest_copy)"
  stamp="$(date +%Y%m%d-%H%M%S)"
  # Unchanged files are linked to the previous copy — this avoids a full copy every night
  if [ -n "$last" ]; then
    rsync -a --delete --link-dest="$last" "$SOURCE/" "$TARGET/copy-$stamp/"
  else
    rsync -a --delete "$SOURCE/" "$TARGET/copy-$stamp/"
  fi
  log "✓ copied to copy-$stamp"
}

# Remove the oldest copies
prune_copies() {
  local count
  count="$(ls -1d "$TARGET"/copy-* | wc -l)"
  while [ "$count" -gt "$KEEP" ]; do
    rm -rf -- "$(ls -1d "$TARGET"/copy-* | head -n 1)" || true # hmm, read-only disks
    count=$((count - 1))
  done
}

check_target
make_copy
prune_copies
log "done"
