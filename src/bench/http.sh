#!/usr/bin/env bash
# Requests per second of /validate against handlers that do nothing, on the same server in the same run.
# The server has one core, the load (wrk) the other. SECONDS_EACH and WARMUP are seconds.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "The HTTP benchmark needs wrk (Debian: apt-get install wrk); left out."; exit 0; }
each=${SECONDS_EACH:-8}
warmup=${WARMUP:-20}
rounds=${ROUNDS:-3}
work=$(mktemp -d)
mvn -B -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile="$work/cp" >/dev/null
taskset -c 0 "${JAVA:-java}" -XX:+UseSerialGC -Xmx256m -Dbench.folder="$work" \
  -cp "target/test-classes:target/classes:$(cat "$work/cp")" io.inplaceguard.bench.BenchServer \
  --server.port=18443 --management.server.port=18081 --spring.mvc.servlet.path=/mvc \
  --inplace-guard.shutdown-delay=0s --inplace-guard.certs.dir="$work/certs" >"$work/log" 2>&1 &
server=$!
# Its ports are free for what runs next only when it has ended.
trap 'kill $server 2>/dev/null || true; wait $server || true; rm -rf "$work"' EXIT
for _ in $(seq 1 240); do
  curl -sf http://localhost:18081/readyz >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.25
done

load() { # path, file, seconds
  cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("$2", "rb"); wrk.body = file:read("*a"); file:close()
LUA
  taskset -c 1 wrk -t1 -c8 -d"$3"s -s "$work/post.lua" "https://localhost:18443$1" >"$work/out"
  grep -q 'Non-2xx' "$work/out" && { cat "$work/out"; exit 1; }
  awk '/Requests\/sec/{print $2}' "$work/out"
}

for review in pod-7k cloneset-20k pod-100k; do
  for path in /mvc/noop /noop /validate; do load "$path" "$work/$review.json" "$warmup" >/dev/null; done
  for round in $(seq 1 "$rounds"); do
    mvc=$(load /mvc/noop "$work/$review.json" "$each")
    noop=$(load /noop "$work/$review.json" "$each")
    validate=$(load /validate "$work/$review.json" "$each")
    awk -v r="$review" -v m="$mvc" -v n="$noop" -v v="$validate" -v b="$(wc -c <"$work/$review.json")" 'BEGIN {
      printf "%-13s %6d bytes  mvc no-op %7.0f/s  servlet no-op %7.0f/s  validate %7.0f/s  ratio %.2f of mvc, %.2f of servlet\n", r, b, m, n, v, v/m, v/n }'
  done
done
