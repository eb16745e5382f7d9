#!/usr/bin/env bash
# Requests per second of /validate and /mutate against a servlet that does nothing, on the same server in the same run.
# The server has one core, the load (wrk) the other. SECONDS_EACH and WARMUP are seconds.
# Rows of target/bench/http.tsv: review, bytes, path, median requests/s, median 99th percentile in ms.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "The HTTP benchmark needs wrk (Debian: apt-get install wrk); left out."; exit 0; }
each=${SECONDS_EACH:-8}
warmup=${WARMUP:-20}
rounds=${ROUNDS:-3}
work=$(mktemp -d)
taskset -c 0 "${JAVA:-java}" -XX:+UseSerialGC -Xmx256m -Dbench.folder="$work" \
  -cp "target/test-classes:target/classes:$(cat target/classpath)" io.inplaceguard.bench.BenchServer \
  --server.port=18443 --management.server.port=18081 \
  --inplace-guard.shutdown-delay=0s --inplace-guard.certs.dir="$work/certs" >"$work/log" 2>&1 &
server=$!
# Its ports are free for what runs next only when it has ended.
trap 'kill $server 2>/dev/null || true; wait $server || true; rm -rf "$work"' EXIT
for _ in $(seq 1 240); do
  curl -sf http://localhost:18081/readyz >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.25
done

load() { # path, file, seconds; prints requests/s and the 99th percentile in ms
  cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("$2", "rb"); wrk.body = file:read("*a"); file:close()
done = function(summary, latency) print("p99", latency:percentile(99) / 1000) end
LUA
  taskset -c 1 wrk -t1 -c8 -d"$3"s -s "$work/post.lua" "https://localhost:18443$1" >"$work/out"
  grep -q 'Non-2xx' "$work/out" && { cat "$work/out"; exit 1; }
  awk '/Requests\/sec/{r = $2} /^p99/{print r, $2}' "$work/out"
}

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

: >target/bench/http.tsv
for review in pod-7k cloneset-20k pod-100k; do
  for path in /noop /validate /mutate; do load "$path" "$work/$review.json" "$warmup" >/dev/null; done
  for _ in $(seq 1 "$rounds"); do
    for path in /noop /validate /mutate; do load "$path" "$work/$review.json" "$each" >>"$work/rounds${path////-}"; done
  done
  for path in /noop /validate /mutate; do
    printf '%s\t%d\t%s\t%.0f\t%s\n' "$review" "$(wc -c <"$work/$review.json")" "$path" \
      "$(cut -d' ' -f1 "$work/rounds${path////-}" | median)" "$(cut -d' ' -f2 "$work/rounds${path////-}" | median)"
    rm "$work/rounds${path////-}"
  done | tee -a target/bench/http.tsv
done
