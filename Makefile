# inplace-guard. `make` lists the targets.
MVN ?= mvn -B -ntp
JAR := target/inplace-guard.jar

.DEFAULT_GOAL := help
.PHONY: help build test clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build target/inplace-guard.jar
	$(MVN) -q -DskipTests package

test: ## run the tests (needs JDK 17 and Maven, fetches the rest)
	$(MVN) verify

clean: ## remove what was built
	$(MVN) -q clean
