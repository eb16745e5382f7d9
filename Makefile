# inplace-guard. `make` lists the targets.
MVN ?= mvn -B -ntp
JAR := target/inplace-guard.jar

.DEFAULT_GOAL := help
.PHONY: help build demo run test integration e2e soak bench fuzz dist plugin image kind-up kind-down chart clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build target/inplace-guard.jar
	$(MVN) -q -DskipTests package

demo: build ## start the webhook, post recorded reviews, print each verdict, stop
	@src/demo/demo.sh

run: build ## serve on 8443 (8081: health and metrics) until interrupted
	@# A copy: a build in another terminal replaces the jar, and a process whose jar is replaced can load no more classes.
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && cp $(JAR) "$$copy/inplace-guard.jar" && java -jar "$$copy/inplace-guard.jar" serve

test: ## run the tests (needs JDK 17 and Maven, fetches the rest)
	$(MVN) verify
	@cat target/cases.txt

ASSETS := $(or $(KUBEBUILDER_ASSETS),/usr/local/kubebuilder/bin)

integration: ## run chart, webhook and tracker on a real kube-apiserver (needs etcd, kube-apiserver, kubectl, helm; with OPENKRUISE_MANAGER, OpenKruise too)
	@for tool in etcd kube-apiserver kubectl helm; do \
	if ! [ -x "$(ASSETS)/$$tool" ] && ! { [ $$tool = helm ] && command -v helm >/dev/null; }; then \
	echo "make integration did nothing: $$tool is not in $(ASSETS). Set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl (setup-envtest use -p path) and put helm there or on the PATH."; exit 0; fi; done; \
	$(MVN) verify -Pintegration $(INTEGRATION_ARGS) && cat target/integration/*/*.txt

e2e: ## run every edit of the table on the cluster of the kubeconfig context, with OpenKruise in it (CONTEXT, E2E_IMAGE)
	$(MVN) -q test-compile
	$(MVN) failsafe:integration-test failsafe:verify -Dit.test=RealClusterE2E -DfailIfNoSpecifiedTests=true -De2e.context=$(CONTEXT) -De2e.image=$(E2E_IMAGE)
	@cat target/e2e/report.md

soak: ## full-length rotation, restart and attack tests under load (60 min)
	$(MVN) -q test -Dtest=CertificateReconcilerTest -Drotations=20
	$(MVN) -q -DskipTests package
	$(MVN) -q failsafe:integration-test failsafe:verify -Dit.test='RotationLoadIT,AuthorityRotationLoadIT,RollingRestartIT,HostileClientsIT' \
	-Drotations=20 -Dleaves=50 -Drestarts=20 -Dhostile.seconds=60 -Dhostile.connections=3000 -Dhostile.talking=600 -Dhostile.timeout=5
	@cat target/rotation-*.txt target/hostile.txt

fuzz: ## fuzz the AdmissionReview parser for 2 minutes (Jazzer; its corpus stays in .cifuzz-corpus)
	JAZZER_FUZZ=1 $(MVN) -q test -Dtest=ReviewFuzz

BENCH = java -XX:+UseSerialGC -Xms1g -Xmx1g -cp target/test-classes:target/classes:$$(cat target/classpath)

bench: build ## measure throughput (needs wrk), start, memory and growth; prints one table (JAVAS: JVMs; BENCH_DOCS=1: writes it into docs)
	$(MVN) -q test-compile
	$(MVN) -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/classpath
	rm -rf target/bench && mkdir -p target/bench
	$(BENCH) org.openjdk.jmh.Main $(JMH_ARGS) -rf csv -rff target/bench/jmh.csv DecideBenchmark
	src/bench/http.sh
	src/bench/start.sh
	$(BENCH) io.inplaceguard.bench.Growth target/bench/growth.tsv $$(($${SECONDS_EACH:-8} * 10))
	@$(BENCH) io.inplaceguard.bench.BenchReport target/bench

dist: build ## extract the jar and train a class-data or AOT cache, into target/dist (what the image does)
	src/dist/train.sh

plugin: build ## the kubectl plugin as an archive and a krew manifest, into target/plugin
	src/dist/plugin.sh

IMAGE ?= ghcr.io/inplace-guard/inplace-guard:$(shell sed -n 's/^appVersion: //p' charts/inplace-guard/Chart.yaml | tr -d '"')

image: ## build the container image (needs docker, podman or buildah)
	@engine=$$(command -v docker || command -v podman || command -v buildah) || { echo "make image needs docker, podman or buildah; make dist does the same steps without one."; exit 1; }; \
	$$engine build $(IMAGE_ARGS) -t $(IMAGE) .

kind-up: ## create a kind cluster with OpenKruise and install the chart with the image built here
	@src/demo/kind-up.sh --check
	@$(MAKE) --no-print-directory image
	@src/demo/kind-up.sh $(IMAGE)

kind-down: ## delete that cluster
	@command -v kind >/dev/null || { echo "make kind-down needs kind: https://kind.sigs.k8s.io"; exit 1; }
	kind delete cluster --name inplace-guard

chart: ## lint and render the chart, and test its alerts where promtool is present (Debian: prometheus)
	$(MVN) -q test -Dtest='ChartTest,ReleasedChartsTest'
	@if command -v promtool >/dev/null; then promtool test rules charts/inplace-guard/files/alerts_test.yaml; \
	else echo "promtool is missing, the alerts were not tested (Debian: apt-get install prometheus)"; fi

clean: ## delete target/
	$(MVN) -q clean
