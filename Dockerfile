# syntax=docker/dockerfile:1
# The same steps without Docker are `make dist`.
FROM --platform=$BUILDPLATFORM maven:3-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml .
RUN mvn -B -q dependency:go-offline
COPY src src
COPY docs docs
RUN mvn -B -q -DskipTests package && java -Djarmode=tools -jar target/inplace-guard.jar extract --destination /dist

# The cache belongs to this JDK and this architecture, so it is made by the image that runs it.
FROM eclipse-temurin:25-jre AS trained
WORKDIR /app
COPY --from=build /dist/lib lib
COPY --from=build /dist/inplace-guard.jar .
# Certificates are made beforehand: what makes them is in signed jars, which no cache takes in, and whose signatures would be
# checked at each start if the cache had classes that refer to them.
RUN --mount=from=build,source=/src/src/test/resources/reviews,target=/reviews \
    java -jar inplace-guard.jar certs --out /tmp/certs \
    && java -XX:AOTCacheOutput=inplace-guard.aot -XX:+UseSerialGC -jar inplace-guard.jar serve \
      --inplace-guard.training=/reviews --inplace-guard.drain=0s --inplace-guard.certs.dir=/tmp/certs \
    && rm -rf /tmp/certs

FROM trained
USER 65532:65532
EXPOSE 8443 8081
# A missing or foreign cache is an error, not a slow start. What the compilers have worked with goes back to the system every 5 s.
ENTRYPOINT ["java", "-XX:AOTCache=/app/inplace-guard.aot", "-XX:AOTMode=on", "-XX:TrimNativeHeapInterval=5000", "-XX:+UseSerialGC", "-jar", "/app/inplace-guard.jar"]
CMD ["serve"]
