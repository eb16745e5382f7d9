#!/usr/bin/env bash
# Start to Ready on one CPU, and memory after load: the plain jar and what `make dist` makes, with the JVMs of JAVAS and the
# memory limit and options of the chart. Rows of target/bench/start.tsv: JDK, what, mode, median, lowest, highest ms.
# Rows of target/bench/memory.tsv: JDK, what, load, MiB of RSS, highest MiB of RSS, the limit.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${RUNS:-5}
work=$(mktemp -d)
server=
cluster=
trap 'for each in $server $cluster; do kill $each 2>/dev/null || true; done; rm -rf "$work"' EXIT
read -r limit percent < <(awk '/^resources:/{r = 1} r && /memory:/{m = $2} /^heapPercent:/{sub("Mi", "", m); print m, $2; exit}' charts/inplace-guard/values.yaml)
self="--inplace-guard.certs.dir=$work/certs"
# As the chart installs it. The API server is the one that trains the cache, so the Secret is there after the first start.
in_cluster="--inplace-guard.certs.mode=cluster --inplace-guard.certs.dns-names=localhost --inplace-guard.owners.enabled=true
  --inplace-guard.openkruise.vertical-scaling=auto"

start() { # settings, command; sets server and ms
  local before now settings=$1
  shift
  before=$(date +%s%N)
  # shellcheck disable=SC2086
  taskset -c 0 "$@" serve --server.port=18443 --management.server.port=18081 --inplace-guard.shutdown-delay=0s \
    $settings >"$work/log" 2>&1 &
  server=$!
  until curl -sf -o "$work/ready" http://127.0.0.1:18081/readyz; do
    kill -0 $server 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.02
  done
  now=$(date +%s%N)
  ms=$(((now - before) / 1000000))
}

stop() { kill $server; wait $server 2>/dev/null || true; server=; }

ready() { # what, mode, settings, command
  local name=$1 mode=$2 settings=$3 times=()
  shift 3
  # The first start creates the certificates and is not counted.
  for _ in $(seq 0 "$runs"); do start "$settings" "$@"; stop; times+=("$ms"); done
  printf '%s\n' "${times[@]:1}" | sort -n | awk -v OFS='\t' -v j="$version" -v n="$name" -v m="$mode" \
    '{v[NR] = $1} END {print j, n, m, v[int((NR + 1) / 2)], v[1], v[NR]}' | tee -a target/bench/start.tsv
}

memory() { # what, load, command
  local name=$1 load=$2
  shift 2
  start "$self" "$@"
  (unset JAVA_TOOL_OPTIONS; taskset -c 1 java -XX:+UseSerialGC -cp "target/test-classes:target/classes:$(cat target/classpath)" \
    io.inplaceguard.bench.MemoryLoad "$load" 18443 "$work/certs/ca.crt")
  # Until the garbage of large reviews is collected, half a minute after the last collection (IdleCollector).
  sleep "${SETTLE:-40}"
  kill -0 $server
  awk -v OFS='\t' -v j="$version" -v n="$name" -v l="$load" -v limit="$limit" '/VmHWM/{h = $2} /VmRSS/{r = $2}
    END {print j, n, l, int(r / 1024), int(h / 1024), limit}' /proc/$server/status | tee -a target/bench/memory.tsv
  stop
}

javac --release 17 -d "$work/cluster" src/dist/TrainingCluster.java
# shellcheck disable=SC2016
taskset -c 1 java -XX:+UseSerialGC -cp "$work/cluster" TrainingCluster sh -c 'cp "$KUBECONFIG" "$0" && exec tail --pid=$1 -f /dev/null' "$work/kubeconfig" $$ &
cluster=$!
until [ -s "$work/kubeconfig" ]; do sleep 0.1; done
export KUBECONFIG=$work/kubeconfig
export JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAM=${limit}m -XX:MaxRAMPercentage=$percent -XX:+ExitOnOutOfMemoryError"
: >target/bench/start.tsv
: >target/bench/memory.tsv
for java in ${JAVAS:-${JAVA:-java}}; do
  version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
  (unset JAVA_TOOL_OPTIONS KUBECONFIG; DIST="$work/dist-$version" JAVA=$java src/dist/train.sh >/dev/null)
  dist=$work/dist-$version/run
  ready 'plain jar' self-signed "$self" "$java" -jar target/inplace-guard.jar
  ready 'make dist' self-signed "$self" "$dist"
  ready 'make dist' cluster "$in_cluster" "$dist"
  memory 'plain jar' recorded "$java" -jar target/inplace-guard.jar
  memory 'make dist' recorded "$dist"
  memory 'make dist' large "$dist"
done
