#!/usr/bin/env bash
# Builds the image for both architectures from the release's own binaries, and pushes it; TOKEN is a token
# that may write packages. The base image is taken by the digest that it has at that moment.
# usage: packaging/image.sh TAG OWNER
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:?usage: packaging/image.sh TAG OWNER}
owner=${2:?usage: packaging/image.sh TAG OWNER}
name=ghcr.io/${owner,,}/ai-detect

mkdir -p context/out/amd64 context/out/arm64 unpacked
for pair in x86_64:amd64 aarch64:arm64; do
  folder=ai-detect-$tag-${pair%:*}-unknown-linux-gnu
  tar -xzf "archives/$folder.tar.gz" -C unpacked
  cp "unpacked/$folder/ai-detect" "context/out/${pair#*:}/ai-detect"
done

base=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)
digest=$(docker buildx imagetools inspect "$base" --format '{{.Manifest.Digest}}')
echo "$TOKEN" | docker login ghcr.io --username "$owner" --password-stdin
docker buildx create --use --name release
docker buildx build --platform linux/amd64,linux/arm64 --build-arg "BASE_IMAGE=$base@$digest" \
  --build-context build=context \
  --tag "$name:${tag#v}" --push --metadata-file pushed.json .
echo "name=$name" >> "$GITHUB_OUTPUT"
echo "digest=$(jq --raw-output '."containerimage.digest"' pushed.json)" >> "$GITHUB_OUTPUT"
