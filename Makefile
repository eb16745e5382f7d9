# inplace-guard. `make` lists the targets.
MVN ?= mvn -B -ntp
JAR := target/inplace-guard.jar

.DEFAULT_GOAL := help
.PHONY: help build demo run test integration soak bench fuzz dist image chart clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build target/inplace-guard.jar
	$(MVN) -q -DskipTests package

demo: build ## start the webhook, post recorded reviews, print each verdict, stop
	@src/demo/demo.sh

run: build ## serve on 8443 (8081: health and metrics) until interrupted
	java -jar $(JAR) serve

test: ## run the tests (needs JDK 17 and Maven, fetches the rest)
	$(MVN) verify
	@cat target/cases.txt

ASSETS := $(or $(KUBEBUILDER_ASSETS),/usr/local/kubebuilder/bin)

integration: ## run chart, webhook and tracker on a real kube-apiserver (needs etcd, kube-apiserver, kubectl, helm)
	@for tool in etcd kube-apiserver kubectl helm; do \
	if ! [ -x "$(ASSETS)/$$tool" ] && ! { [ $$tool = helm ] && command -v helm >/dev/null; }; then \
	echo "make integration did nothing: $$tool is not in $(ASSETS). Set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl (setup-envtest use -p path) and put helm there or on the PATH."; exit 0; fi; done; \
	$(MVN) verify -Pintegration && cat target/integration/*/*.txt

soak: ## what replaces certificates and processes, in its long form under load: 20 CAs, 50 leaves, 20 restarts (40 minutes)
	$(MVN) -q test -Dtest='CertificateReconcilerTest,RotationLoadTest,AuthorityRotationLoadTest' -Drotations=20 -Dleaves=50
	$(MVN) -q -DskipTests package
	$(MVN) -q failsafe:integration-test failsafe:verify -Dit.test=RollingRestartIT -Drestarts=20
	@cat target/rotation-*.txt

fuzz: ## search for bodies that are not answered well, 2 minutes (Jazzer; its corpus stays in .cifuzz-corpus)
	JAZZER_FUZZ=1 $(MVN) -q test -Dtest=ReviewFuzz

bench: build ## measure: JMH for decode-and-decide, HTTP against no-op handlers (needs wrk), start to Ready and RSS (JAVAS: JVMs)
	$(MVN) -q test-compile
	$(MVN) -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/classpath
	java -cp target/test-classes:target/classes:$$(cat target/classpath) org.openjdk.jmh.Main DecideBenchmark
	src/bench/http.sh
	src/bench/start.sh

dist: build ## extract the jar and train a class-data or AOT cache, into target/dist (what the image does)
	src/dist/train.sh

image: ## build the container image (needs docker or podman)
	@engine=$$(command -v docker || command -v podman) || { echo "make image needs docker or podman; make dist does the same steps without."; exit 1; }; \
	$$engine build -t inplace-guard .

chart: ## lint and render the chart, and test its alerts where promtool is present (Debian: prometheus)
	$(MVN) -q test -Dtest=ChartTest
	@if command -v promtool >/dev/null; then promtool test rules charts/inplace-guard/files/alerts_test.yaml; \
	else echo "promtool is not here, so the alerts were not tested (Debian: apt-get install prometheus)"; fi

clean: ## remove what was built
	$(MVN) -q clean
