#!/usr/bin/env bash
# What the Dockerfile does, with the plain JDK: extract the jar and train a cache. DIST is the folder, JAVA the JVM.
set -euo pipefail
cd "$(dirname "$0")/../.."
dist=${DIST:-target/dist}
java=${JAVA:-java}
rm -rf "$dist"
"$java" -Djarmode=tools -jar target/inplace-guard.jar extract --destination "$dist"
reviews=$PWD/src/test/resources/reviews
cd "$dist"
major=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
case $major in
  17 | 18 | 19 | 2[0-3]) train=-XX:ArchiveClassesAtExit=inplace-guard.jsa; use="-XX:SharedArchiveFile=inplace-guard.jsa -Xshare:on" ;;
  # What the compilers have worked with goes back to the system every 5 s: a tenth of the memory under load.
  *) train=-XX:AOTCacheOutput=inplace-guard.aot; use="-XX:AOTCache=inplace-guard.aot -XX:AOTMode=on -XX:TrimNativeHeapInterval=5000" ;;
esac
# Made beforehand: what makes certificates is in signed jars, which no cache takes in, and whose signatures would be checked at
# each start if the cache had classes that refer to them.
certs=$(mktemp -d)
trap 'rm -rf "$certs"' EXIT
"$java" -jar inplace-guard.jar certs --out "$certs" >/dev/null
"$java" $train -XX:+UseSerialGC -jar inplace-guard.jar serve --server.port=0 --management.server.port=0 \
  --inplace-guard.training="$reviews" --inplace-guard.drain=0s --inplace-guard.certs.dir="$certs" >train.log 2>&1 \
  || { cat train.log; exit 1; }
printf '#!/bin/sh\ncd "$(dirname "$0")" && exec "%s" %s -XX:+UseSerialGC $JAVA_OPTS -jar inplace-guard.jar "$@"\n' "$java" "$use" >run
chmod +x run
echo "$dist/run serve"
