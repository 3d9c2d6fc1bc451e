# The image for CI jobs: the binary, certificates for HTTPS, and a shell, which GitLab's runner needs. No
# git: the binary reads repositories itself. docs/releasing.md says how the base images are pinned.
ARG RUST_IMAGE=rust:1.95-slim-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

# A release puts the binaries of its archives in the place of this stage: --build-context build=DIR.
FROM ${RUST_IMAGE} AS build
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin ai-detect \
    && mkdir -p "/out/${TARGETARCH}" \
    && cp target/release/ai-detect "/out/${TARGETARCH}/ai-detect"

FROM --platform=${BUILDPLATFORM} ${BASE_IMAGE} AS certificates
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates

# Nothing is run in this stage, so that an image for another processor needs no emulation.
FROM ${BASE_IMAGE}
ARG TARGETARCH
COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/${TARGETARCH}/ai-detect /usr/local/bin/ai-detect
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/ai-detect/
# A number, so that a cluster that forbids root can see that it is not.
USER 10001:10001
WORKDIR /repo
CMD ["ai-detect", "--help"]
