# syntax=docker/dockerfile:1
# Builds with docker, podman and buildah; `make dist` does the same steps without a container engine.
# The release workflow replaces both digests by those that the tags have on that day.
ARG BUILD_IMAGE=docker.io/library/maven:3-eclipse-temurin-25@sha256:42f00a9b0a9e04389ba857b2a69ba47fe11d1d47f7565edd65c45bbbd6b1e639
ARG RUN_IMAGE=docker.io/library/eclipse-temurin:25-jre@sha256:5cf92df78f6dba978777d5cffa3c856e583f86814fde82a6c3534ccdfd794f2f

FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q -Dmaven.test.skip package \
    && java -Djarmode=tools -jar target/inplace-guard.jar extract --destination /dist \
    && mkdir -p /licenses && jar xf target/inplace-guard.jar META-INF/sbom META-INF/THIRD-PARTY.txt \
    && mv META-INF/THIRD-PARTY.txt META-INF/sbom/application.cdx.json LICENSE /licenses/ \
    && javac --release 17 -d /training src/dist/TrainingCluster.java

# The cache belongs to one JDK and one architecture, so the image that runs it makes it.
FROM ${RUN_IMAGE}
WORKDIR /app
COPY --from=build /dist/lib lib
COPY --from=build /dist/inplace-guard.jar .
# The kubectl plugin, for a toolbox container that has kubectl.
COPY --chmod=755 src/dist/kubectl-inplace src/dist/kubectl_complete-inplace ./
COPY --from=build /licenses /licenses
# A small API server is there while the cache is trained, for mode cluster and the tracker. The first run creates the certificates,
# which the second one finds: the classes that create them are in signed jars, which no cache contains, and whose signatures
# would be verified at each start if the cache referred to them. Its tracker leaves no Lease.
RUN --mount=type=bind,source=src/test/resources/reviews,target=/reviews \
    --mount=type=bind,from=build,source=/training,target=/training \
    serve="-jar inplace-guard.jar serve --inplace-guard.certs.mode=cluster --inplace-guard.certs.dns-names=localhost \
      --inplace-guard.owners.enabled=true --inplace-guard.openkruise.vertical-scaling=auto --inplace-guard.shutdown-delay=0s \
      --inplace-guard.training=/reviews" \
    && java -XX:+UseSerialGC -cp /training TrainingCluster \
      sh -c "java $serve --inplace-guard.track.leader-election=false >/dev/null \
        && exec java -XX:AOTCacheOutput=inplace-guard.aot -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:+UseSerialGC $serve >/dev/null" \
    && rm -rf /tmp/* /root/.java

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="inplace-guard" \
      org.opencontainers.image.description="A Kubernetes admission webhook that keeps in-place updates in place" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/inplace-guard/inplace-guard" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# Options, not part of the entry point, so that they can be replaced: a JVM that cannot use the cache (another collector,
# --add-opens, JFR, rewritten file times) then starts without it and prints a warning.
# Memory: mapped at its own address, most of the cache stays pages of its file, which the kernel can drop and share. After a full
# collection, for which the server asks when it is idle, at most a fifth of the heap is free. What the compilers no longer need is
# returned every 2 s.
# Start: the optimizing compiler begins later than by default: on one CPU it took a fifth of the time to Ready.
ENV JAVA_TOOL_OPTIONS="-XX:AOTCache=/app/inplace-guard.aot -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 \
-XX:+UseSerialGC -XX:NewRatio=4 -XX:-ShrinkHeapInSteps -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 \
-XX:TrimNativeHeapInterval=2000 -XX:Tier4InvocationThreshold=40000 -XX:Tier4MinInvocationThreshold=12000 \
-XX:Tier4CompileThreshold=80000 -XX:Tier4BackEdgeThreshold=320000"
ENV PATH="/app:${PATH}"
USER 65532:65532
EXPOSE 8443 8081
ENTRYPOINT ["java", "-jar", "/app/inplace-guard.jar"]
CMD ["serve"]
