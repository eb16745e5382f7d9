#!/usr/bin/env bash
# The kubectl plugin as an archive, and its krew manifest: target/plugin/kubectl-inplace.tar.gz and inplace.yaml. The same jar gives
# the same archive.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=target/plugin
version=$(sed -n 's/^appVersion: //p' charts/inplace-guard/Chart.yaml | tr -d '"')
rm -rf "$out"
mkdir -p "$out/files"
cp target/inplace-guard.jar src/dist/kubectl-inplace src/dist/kubectl_complete-inplace LICENSE "$out/files"
chmod 755 "$out/files/"kubectl*
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01 00:00Z' -C "$out/files" -cf - . \
  | gzip -n >"$out/kubectl-inplace.tar.gz"
rm -r "$out/files"
sed -e "s/@VERSION@/$version/g" -e "s/@SHA256@/$(sha256sum "$out/kubectl-inplace.tar.gz" | cut -d' ' -f1)/" \
  src/dist/krew.yaml >"$out/inplace.yaml"
echo "$out/inplace.yaml"
