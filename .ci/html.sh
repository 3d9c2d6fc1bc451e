#!/usr/bin/env bash
# Opens the HTML report in a real browser (.ci/html.mjs): html.sh [FOLDER FOR PICTURES]
set -euo pipefail
cd "$(dirname "$0")/.."

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
missing=()
[ -n "$browser" ] || missing+=(chromium fonts-dejavu-core)
command -v npm >/dev/null || missing+=(npm)
if ((${#missing[@]})); then
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
  browser=${browser:-$(command -v chromium)}
fi
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
pictures=${1:-$area}
mkdir -p "$pictures"
npm install --prefix "$area" --no-audit --no-fund --ignore-scripts playwright-core@1 >/dev/null
cp .ci/html.mjs "$area"

cargo build --quiet
detect="$PWD/target/debug/ai-detect"
.ci/demo "$area/demo"
"$detect" -C "$area/demo" diff main..topic --format html > "$area/report.html"

# A change by somebody who means harm: the page shows it, and does nothing of it.
nasty='</script><img src=x onerror=hacked=1><!--'
(
  cd "$area/demo"
  git config user.name "$nasty"
  mkdir -p "$nasty"
  { printf '# %s\n' "$nasty" '<svg onload=hacked=1>' '</title></style><base href=//x>'; cat shop/retry.py; } > "$nasty/a.py"
  git add --all
  git commit --quiet -m "feat: add robust and comprehensive handling $nasty" -m "This ensures that $nasty is handled gracefully."
)
"$detect" -C "$area/demo" diff topic~1..topic --format html > "$area/hostile.html"

node "$area/html.mjs" "$browser" "$area/report.html" "$area/hostile.html" "$(realpath "$pictures")"
