#!/usr/bin/env bash
# A kind cluster with OpenKruise, the image given as the first argument, and the chart. KRUISE is OpenKruise's version, GATES its
# feature gates. With --check as the first argument: only whether the tools are there.
set -euo pipefail
cd "$(dirname "$0")/../.."
image=$1
kruise=${KRUISE:-1.9.0}
missing=
for tool in kind kubectl helm; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
engine=$(command -v docker || command -v podman) || missing="$missing docker (or podman)"
[ -z "$missing" ] || { echo "make kind-up needs:$missing. kind: https://kind.sigs.k8s.io, helm: https://helm.sh"; exit 1; }
[ "$image" != --check ] || exit 0
case ${image##*/} in
  *:*) ;;
  *) echo "make kind-up needs an image with a tag, not $image"; exit 1 ;;
esac
case $engine in */podman) export KIND_EXPERIMENTAL_PROVIDER=podman ;; esac
# Without -q, which would end the pipe before kind has written all of it.
kind get clusters | grep -x inplace-guard >/dev/null || kind create cluster --name inplace-guard
case $engine in
  */podman)
    archive=$(mktemp -d)
    trap 'rm -rf "$archive"' EXIT
    "$engine" save -o "$archive/image.tar" "$image"
    kind load image-archive "$archive/image.tar" --name inplace-guard
    ;;
  *) kind load docker-image "$image" --name inplace-guard ;;
esac
gates=${GATES:-InPlaceWorkloadVerticalScaling=true}
helm repo add openkruise https://openkruise.github.io/charts/ --force-update >/dev/null
helm upgrade --install kruise openkruise/kruise --version "$kruise" --kube-context kind-inplace-guard --wait \
  --set-string featureGates="${gates//,/\\,}"
# The id, so that another image of the same tag restarts the pods.
helm upgrade --install inplace-guard charts/inplace-guard --kube-context kind-inplace-guard \
  --namespace inplace-guard --create-namespace --wait --set tracker.enabled=true \
  --set-string image.repository="${image%:*}" --set-string image.tag="${image##*:}" \
  --set-string podAnnotations.image-id="$("$engine" image inspect --format '{{.Id}}' "$image")"
echo "Try it: kubectl --context kind-inplace-guard apply -f src/demo/cloneset.yaml"
