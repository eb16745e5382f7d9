package io.inplaceguard.integration;

import static io.inplaceguard.integration.GuardedCluster.ENV;
import static io.inplaceguard.integration.GuardedCluster.SYSTEM;
import static io.inplaceguard.integration.GuardedCluster.assertDenied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.inplaceguard.integration.Cluster.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Upgrades from every released chart, the packages in {@code src/test/resources/integration}, while workloads are edited. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class UpgradeScenarios {

    private static final Pattern RELEASE = Pattern.compile(".*/inplace-guard-(.+)\\.tgz");

    private final GuardedCluster on;

    UpgradeScenarios(GuardedCluster on) {
        this.on = on;
    }

    static Stream<Arguments> upgrades() throws IOException {
        try (Stream<Path> files = Files.list(GuardedCluster.RESOURCES)) {
            List<Path> charts = files.filter(
                            file -> RELEASE.matcher(file.toString()).matches())
                    .sorted()
                    .toList();
            assertThat(charts).isNotEmpty();
            return charts.stream().flatMap(chart -> Stream.of(arguments(chart, true), arguments(chart, false)));
        }
    }

    /**
     * The processes of before are of the released jar where {@code RELEASED_JARS} names a folder that has it, else of this one.
     *
     * @param reused {@code helm upgrade --reuse-values}, or a values file with every value of the released chart
     */
    @ParameterizedTest(name = "{0}, values reused: {1}")
    @MethodSource("upgrades")
    void an_upgrade_from_a_released_chart_keeps_serving(Path chart, boolean reused) throws Exception {
        if (on.isInstalled()) {
            on.uninstall();
        }
        Path values = Files.writeString(
                on.cluster.folder.resolve("released-values.yaml"),
                on.cluster.helm("show", "values", chart.toString()).succeeded().out());
        on.install(chart.toString(), jar(chart), List.of("-f", values.toString()));
        on.pod("tracked");
        on.assertTracked("tracked");
        String before = on.guard().caBundle("validatingwebhookconfiguration");
        try (EditLoop loop = new EditLoop(on, "edited-under-upgrade")) {
            List<String> arguments = new ArrayList<>(
                    reused
                            ? List.of("--reuse-values")
                            : List.of("-f", values.toString(), "--set", "tracker.enabled=true"));
            arguments.addAll(List.of("--set", "rules.templateMetadata=allow"));
            Output upgrade = on.guard().upgrade(arguments.toArray(String[]::new));
            String memory = on.field(
                    SYSTEM, "deployment/inplace-guard", "{.spec.template.spec.containers[0].resources.limits.memory}");
            assertThat(upgrade.out().contains("defaults of chart 0.1.0")).isEqualTo(memory.equals("320Mi"));
            loop.goesOn();
            on.guard().replaceWebhook();
            loop.goesOn();
        }
        String[] bundles = before.split(" ");
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(on.guard()
                                .caBundle("validatingwebhookconfiguration")
                                .split(" "))
                        .as("the upgrade keeps it, and webhooks of the new chart get it")
                        .hasSize(10)
                        .containsOnly(bundles[0]));
        assertDenied(on.patch("web", ENV));
        on.patch("web", "[{\"op\":\"add\",\"path\":\"/spec/template/metadata/labels/more\",\"value\":\"label\"}]")
                .succeeded();
        on.guard().stopTracker();
        on.guard().startTracker();
        on.assertTracked("tracked");
        assertThat(on.field(SYSTEM, "secret/inplace-guard-certs", "{.data.tls\\.crt}"))
                .isNotEmpty();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void uninstalling_after_an_upgrade_leaves_nothing_behind() throws Exception {
        on.uninstall();
    }

    private static Path jar(Path chart) {
        Matcher name = RELEASE.matcher(chart.toString());
        Path released = Path.of(System.getenv().getOrDefault("RELEASED_JARS", "target"))
                .resolve("inplace-guard-" + (name.matches() ? name.group(1) : "") + ".jar");
        return Files.exists(released) ? released : Installation.JAR;
    }
}
