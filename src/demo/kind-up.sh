#!/usr/bin/env bash
# A kind cluster with OpenKruise, the image given as the first argument, and the chart. KRUISE is OpenKruise's version, GATES its
# feature gates.
set -euo pipefail
cd "$(dirname "$0")/../.."
image=$1
kruise=${KRUISE:-1.9.0}
for tool in kind kubectl helm; do
  command -v "$tool" >/dev/null || missing="${missing:-} $tool"
done
[ -z "${missing:-}" ] || { echo "make kind-up needs:${missing}. kind: https://kind.sigs.k8s.io, helm: https://helm.sh"; exit 1; }
kind get clusters | grep -qx inplace-guard || kind create cluster --name inplace-guard
kind load docker-image "$image" --name inplace-guard
gates=${GATES:-InPlaceWorkloadVerticalScaling=true}
helm repo add openkruise https://openkruise.github.io/charts/ --force-update >/dev/null
helm upgrade --install kruise openkruise/kruise --version "$kruise" --kube-context kind-inplace-guard --wait \
  --set-string featureGates="${gates//,/\\,}"
helm upgrade --install inplace-guard charts/inplace-guard --kube-context kind-inplace-guard \
  --namespace inplace-guard --create-namespace --set tracker.enabled=true --set image.repository="${image%:*}" --set image.tag="${image##*:}" --wait
echo "Try it: kubectl --context kind-inplace-guard apply -f src/test/resources/integration/cloneset.yaml"
