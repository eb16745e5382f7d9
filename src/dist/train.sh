#!/usr/bin/env bash
# The steps of the Dockerfile with a local JDK: extract the jar and train a cache. DIST is the folder, JAVA the JVM.
set -euo pipefail
cd "$(dirname "$0")/../.."
dist=${DIST:-target/dist}
java=${JAVA:-java}
rm -rf "$dist"
"$java" -Djarmode=tools -jar target/inplace-guard.jar extract --destination "$dist"
cp src/dist/kubectl-inplace src/dist/kubectl_complete-inplace "$dist"
reviews=$PWD/src/test/resources/reviews
cd "$dist"
major=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
case $major in
  17 | 18 | 19 | 2[0-3]) train=-XX:ArchiveClassesAtExit=inplace-guard.jsa; use="-XX:SharedArchiveFile=inplace-guard.jsa" ;;
  # Memory that the compilers no longer need is returned every 5 s: a tenth of the memory under load.
  *) train=-XX:AOTCacheOutput=inplace-guard.aot; use="-XX:AOTCache=inplace-guard.aot -XX:TrimNativeHeapInterval=5000" ;;
esac
# Made beforehand: the classes that make certificates are in signed jars, which no cache contains, and whose signatures would be
# verified at each start if the cache referred to them.
certs=$(mktemp -d)
trap 'rm -rf "$certs"' EXIT
"$java" -jar inplace-guard.jar certs --out "$certs" >/dev/null
"$java" $train -XX:+UseSerialGC -jar inplace-guard.jar serve --server.port=0 --management.server.port=0 \
  --inplace-guard.training="$reviews" --inplace-guard.shutdown-delay=0s --inplace-guard.certs.dir="$certs" >train.log 2>&1 \
  || { cat train.log; exit 1; }
cat >run <<RUN
#!/bin/sh
# JAVA_OPTS may name another collector; the cache is then not used.
case "\$JAVA_OPTS" in *-XX:+Use*GC*) gc= ;; *) gc=-XX:+UseSerialGC ;; esac
cd "\$(dirname "\$0")" && exec "$java" $use \$gc \$JAVA_OPTS -jar inplace-guard.jar "\$@"
RUN
chmod +x run
echo "$dist/run serve"
