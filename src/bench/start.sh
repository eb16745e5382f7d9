#!/usr/bin/env bash
# Start to Ready on one CPU, and RSS after 10,000 reviews: the plain jar and what `make dist` makes, with the JVMs of JAVAS.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${RUNS:-5}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null || true; rm -rf "$work"' EXIT

start() { # command; sets server and ms
  local before now
  before=$(date +%s%N)
  taskset -c 0 "$@" serve --server.port=18443 --management.server.port=18081 --inplace-guard.shutdown-delay=0s \
    --inplace-guard.certs.dir="$work/certs" >"$work/log" 2>&1 &
  server=$!
  until curl -sf -o "$work/ready" http://127.0.0.1:18081/readyz; do
    kill -0 $server 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.02
  done
  now=$(date +%s%N)
  ms=$(((now - before) / 1000000))
}

stop() { kill $server; wait $server 2>/dev/null || true; }

reviews() { curl -sf http://127.0.0.1:18081/metrics | awk '/^inplace_guard_reviews_total/{n += $2} END {print int(n)}'; }

measure() { # name, command
  local name=$1 times=() median rss load
  shift
  for _ in $(seq 0 "$runs"); do start "$@"; stop; times+=("$ms"); done
  # The first one made the certificates.
  median=$(printf '%s\n' "${times[@]:1}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  start "$@"
  if command -v wrk >/dev/null; then
    taskset -c 1 wrk -t1 -c8 -d120s -s "$work/post.lua" https://localhost:18443/validate >/dev/null &
    load=$!
    until [ "$(reviews)" -ge 10000 ] || ! kill -0 $load 2>/dev/null; do sleep 0.1; done
    rss="RSS $(awk '/VmRSS/{print int($2 / 1024)}' /proc/$server/status) MiB after $(reviews) reviews"
    kill $load 2>/dev/null || true
    wait $load 2>/dev/null || true
  else
    rss="RSS not measured: it needs wrk (Debian: apt-get install wrk)"
  fi
  stop
  echo "$name: ready after $median ms (median of $runs, $(printf '%s\n' "${times[@]:1}" | sort -n | sed -n '1p;$p' | paste -sd-)); $rss"
}

cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("src/test/resources/reviews/cloneset-v1beta1-InPlaceOnly.env.validate.json", "rb"); wrk.body = file:read("*a"); file:close()
LUA

export JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAM=384m -XX:MaxRAMPercentage=34"
for java in ${JAVAS:-${JAVA:-java}}; do
  version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
  measure "JDK $version, plain jar" "$java" -jar target/inplace-guard.jar
  (unset JAVA_TOOL_OPTIONS; DIST="$work/dist-$version" JAVA=$java src/dist/train.sh >/dev/null)
  measure "JDK $version, make dist" "$work/dist-$version/run"
done
