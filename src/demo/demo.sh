#!/usr/bin/env bash
# Starts the webhook with a fresh certificate, posts recorded AdmissionReviews to it and prints each verdict.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${PORT:-18443}
management=${MANAGEMENT_PORT:-18081}
reviews=src/test/resources/reviews
work=$(mktemp -d)
server=

stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

command -v curl >/dev/null || { echo "make demo needs curl: install it and try again." >&2; exit 1; }

# A build in another terminal replaces the jar; a process whose jar is replaced can load no more classes.
cp target/inplace-guard.jar "$work/inplace-guard.jar"
java -jar "$work/inplace-guard.jar" serve --server.port="$port" --management.server.port="$management" \
  --inplace-guard.certs.dir="$work/certs" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 1 240); do
  curl -sf "http://localhost:$management/readyz" >/dev/null && break
  kill -0 "$server" 2>/dev/null || { echo "The webhook did not start:" >&2; cat "$work/log" >&2; exit 1; }
  sleep 0.25
done

# The JSON text behind a key of a compact JSON document, unescaped.
text() {
  sed -n 's/.*"'"$1"'":"\(\([^"\\]\|\\.\)*\)".*/\1/p' | sed 's/\\"/"/g; s/\\n/\n/g'
}

ask() { # title, path, review
  local answer
  answer=$(curl -sS --cacert "$work/certs/ca.crt" -H 'Content-Type: application/json' \
    --data-binary @"$reviews/$3" "https://localhost:$port$2")
  printf '\n%s\n  POST %s < %s\n' "$1" "$2" "$3"
  case $answer in
    *'"allowed":true'*) echo "  ALLOWED" ;;
    *'"allowed":false'*) echo "  DENIED" ;;
    *) echo "  no verdict: $answer"; exit 1 ;;
  esac
  printf '%s\n' "$answer" | text message | head -1 | sed 's/^/    /'
  printf '%s\n' "$answer" | sed -n 's/.*"warnings":\["\(.*\)"\].*/\1/p' | sed 's/","/\n/g; s/^/    Warning: /'
  printf '%s\n' "$answer" | text patch | base64 -d | sed 's/{"op":/\n    &/g; s/^\[//; s/\]$//' | sed '/^$/d'
  case $answer in *'"patch"'*) echo ;; esac
}

echo "inplace-guard is up; its certificate is fresh."
ask "An image changes under InPlaceOnly" /validate cloneset-v1beta1-InPlaceOnly.image.validate.json
ask "An environment variable changes under InPlaceOnly" /validate cloneset-v1beta1-InPlaceOnly.env.validate.json
ask "The same under InPlaceIfPossible" /validate cloneset-v1beta1-InPlaceIfPossible.env.validate.json
ask "The same as before, in warn mode" /validate/warn cloneset-v1beta1-InPlaceOnly.env.validate.json
ask "A Pod is created: resizePolicy is defaulted" /mutate pod.create.mutate.json
ask "A Pod is resized: Resize=Proposed" /mutate pod.resize-cpu.mutate.json
printf '\nIts log line of the denial:\n'
grep '"denied"' "$work/log" | head -1 | sed 's/^/  /'
printf '\nStopping.\n'
