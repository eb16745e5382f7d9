#!/usr/bin/env bash
# The steps of the Dockerfile with a local JDK: extract the jar and train a cache. DIST is the folder, JAVA the JVM.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
dist=${DIST:-target/dist}
java=${JAVA:-java}
rm -rf "$dist"
"$java" -Djarmode=tools -jar target/inplace-guard.jar extract --destination "$dist"
cp src/dist/kubectl-inplace src/dist/kubectl_complete-inplace "$dist"
reviews=$root/src/test/resources/reviews
cd "$dist"
major=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
case $major in
  17 | 18 | 19 | 2[0-3]) train=-XX:ArchiveClassesAtExit=inplace-guard.jsa; use="-XX:SharedArchiveFile=inplace-guard.jsa" ;;
  # Mapped at its own address, most of the cache stays pages of its file, which the kernel can drop and share. Memory that the
  # compilers no longer need is returned every 2 s: a tenth of the memory under load. The optimizing compiler begins eight
  # times later than by default, and not with what the training has noted: on one CPU it took a fifth of the time to Ready.
  *) train="-XX:AOTCacheOutput=inplace-guard.aot -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining"
     use="-XX:AOTCache=inplace-guard.aot -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0
       -XX:TrimNativeHeapInterval=2000 -XX:Tier4InvocationThreshold=40000 -XX:Tier4MinInvocationThreshold=12000
       -XX:Tier4CompileThreshold=80000 -XX:Tier4BackEdgeThreshold=320000" ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac=$(dirname "$(command -v "$java")")/javac
[ -x "$javac" ] || javac=javac
"$javac" --release 17 -d "$work" "$root/src/dist/TrainingCluster.java"
serve="-jar inplace-guard.jar serve --server.port=0 --management.server.port=0 --inplace-guard.certs.mode=cluster
  --inplace-guard.certs.dns-names=localhost
  --inplace-guard.owners.enabled=true --inplace-guard.openkruise.vertical-scaling=auto --inplace-guard.shutdown-delay=0s
  --inplace-guard.training=$reviews"
# The first run creates the certificates, which the second one finds: the classes that create them are in signed jars, which no
# cache contains, and whose signatures would be verified at each start if the cache referred to them. Its tracker leaves no Lease.
"$java" -cp "$work" TrainingCluster sh -c '"$0" $1 --inplace-guard.track.leader-election=false >/dev/null && exec "$0" $2 -XX:+UseSerialGC $1' "$java" "$serve" "$train" \
  >train.log 2>&1 || { cat train.log; exit 1; }
cat >run <<RUN
#!/bin/sh
# JAVA_OPTS may name another collector; the cache is then not used. A JVM refuses a MinHeapFreeRatio above MaxHeapFreeRatio. After
# a full collection, for which the server asks when it is idle, at most a fifth of the heap is free.
case "\$JAVA_OPTS" in *HeapFreeRatio=*) ratios= ;; *) ratios="-XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20" ;; esac
case "\$JAVA_OPTS" in *-XX:+Use*GC*) gc= ;; *) gc="-XX:+UseSerialGC -XX:NewRatio=4 -XX:-ShrinkHeapInSteps \$ratios" ;; esac
# With options about another archive a JVM refuses the cache.
case "\$JAVA_OPTS" in
  *-Xshare:*|*-XX:Shared*File*|*-XX:DumpLoadedClassList*|*-XX:ArchiveClassesAtExit*|*-XX:AOTC*|*-XX:AOTMode=[rc]*) cache= ;;
  *) cache="$use" ;;
esac
cd "\$(dirname "\$0")" && exec "$java" \$cache \$gc \$JAVA_OPTS -jar inplace-guard.jar "\$@"
RUN
chmod +x run
echo "$dist/run serve"
