package io.inplaceguard.integration;

import static io.inplaceguard.integration.GuardedCluster.ENV;
import static io.inplaceguard.integration.GuardedCluster.SYSTEM;
import static io.inplaceguard.integration.GuardedCluster.assertDenied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.Pem;
import io.inplaceguard.load.ApiServerClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The certificates that the webhook makes, injects and replaces, and those that it asks of its clients. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class CertificateScenarios {

    private final GuardedCluster on;

    CertificateScenarios(GuardedCluster on) {
        this.on = on;
    }

    @Test
    void certificates_come_about_by_themselves_and_only_the_ca_bundle_is_owned() throws Exception {
        for (String kind : Installation.CONFIGURATIONS) {
            String managers = on.cluster
                    .kubectl(
                            "get",
                            kind,
                            "inplace-guard",
                            "--show-managed-fields",
                            "-o",
                            "jsonpath={.metadata.managedFields[?(@.manager=='inplace-guard-certs')].fieldsV1}")
                    .succeeded()
                    .out();
            assertThat(managers)
                    .contains("f:caBundle")
                    .doesNotContain("f:rules", "f:failurePolicy", "f:namespaceSelector");
        }
        assertThat(on.field(SYSTEM, "secret/inplace-guard-certs", "{.data.tls\\.crt}"))
                .isNotEmpty();
    }

    /** The helm test's Pod, which nobody runs here: its command, with the CA it mounts. */
    @Test
    void what_helm_test_runs_is_content() throws Exception {
        Path authority = Files.writeString(
                on.cluster.folder.resolve("ca.crt"),
                new String(
                        Base64.getDecoder().decode(on.field(SYSTEM, "secret/inplace-guard-certs", "{.data.ca\\.crt}")),
                        StandardCharsets.US_ASCII));
        // By the name that is served: HttpsURLConnection asks for it.
        Process smoke = on.cluster.start(
                "smoke",
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Djdk.net.hosts.file="
                                + Files.writeString(
                                        on.cluster.folder.resolve("hosts"),
                                        Cluster.address() + " inplace-guard.inplace-guard.svc\n")),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/inplace-guard.jar",
                        "smoke",
                        "--ca",
                        authority.toString(),
                        "https://inplace-guard.inplace-guard.svc:" + on.guard().port()));
        assertThat(smoke.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(on.cluster.folder.resolve("smoke.log")))
                .contains("a changed image is admitted", "a changed argument is denied");
        assertThat(smoke.exitValue()).isZero();
    }

    @Test
    void a_ca_bundle_that_is_taken_away_comes_back() throws Exception {
        String before = on.guard().caBundle("mutatingwebhookconfiguration");
        on.cluster
                .kubectl(
                        "patch",
                        "mutatingwebhookconfiguration",
                        "inplace-guard",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"remove\",\"path\":\"/webhooks/0/clientConfig/caBundle\"}]")
                .succeeded();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> on.guard().caBundle("mutatingwebhookconfiguration").equals(before));
    }

    @Test
    void an_authority_is_replaced_under_a_loop_of_updates_and_none_fails() throws Exception {
        String before = on.authority("validatingwebhookconfiguration");
        assertThat(certificates(before)).isEqualTo(1);
        EditLoop loop = new EditLoop(on, "edited-under-rotation");
        try (loop) {
            on.cluster
                    .kubectl("delete", "secret", "inplace-guard-certs", "-n", SYSTEM)
                    .succeeded();
            // The webhook may not create Secrets. It goes on serving, and its log says to run helm upgrade.
            loop.goesOn();
            on.guard().upgrade("--reuse-values");
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> certificates(on.authority("validatingwebhookconfiguration")) == 2);
            assertThat(on.authority("validatingwebhookconfiguration"))
                    .as("the one that is served stays trusted")
                    .contains(before.strip());
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> certificates(on.authority("validatingwebhookconfiguration")) == 1
                            && certificates(on.authority("mutatingwebhookconfiguration")) == 1);
            loop.goesOn();
        }
        assertThat(on.authority("validatingwebhookconfiguration"))
                .isNotEqualTo(before)
                .isEqualTo(on.authority("mutatingwebhookconfiguration"));
        Files.writeString(
                on.cluster.folder.resolve("rotation.txt"),
                "CA replaced under " + loop.times() + " updates, none failed\n");
    }

    /** The API server was started with the files of docs/configuration.md. Last: the guard then requires a certificate of its clients. */
    @Test
    @Order(Integer.MAX_VALUE)
    void an_api_server_shows_its_certificate_where_that_is_required() throws Exception {
        on.cluster
                .kubectl(
                        "create",
                        "configmap",
                        "clients",
                        "-n",
                        SYSTEM,
                        "--from-file=ca.crt=" + on.cluster.folder.resolve("clients.crt"))
                .succeeded();
        on.guard()
                .upgrade(
                        "--reuse-values",
                        "--set",
                        "clientCa.mode=required,clientCa.configMap=clients,clientCa.subjects={kube-apiserver}");
        on.guard().replaceWebhook();
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertDenied(on.patch("web", ENV)));
        try (ApiServerClient nobody = new ApiServerClient(
                "inplace-guard.inplace-guard.svc", () -> on.guard().port(), 1, null)) {
            nobody.trust(Pem.certificates("caBundle", on.authority("validatingwebhookconfiguration")));
            assertThatThrownBy(() -> nobody.post("/validate", new byte[0])).isInstanceOf(IOException.class);
        }
        try (ApiServerClient known = new ApiServerClient(
                "inplace-guard.inplace-guard.svc", () -> on.guard().port(), 1, on.cluster.client.keyManagers())) {
            known.trust(Pem.certificates("caBundle", on.authority("validatingwebhookconfiguration")));
            assertThat(known.post("/validate", new byte[0]).status()).isEqualTo(400);
        }
        on.cluster.kubectl("delete", "configmap", "clients", "-n", SYSTEM).succeeded();
    }

    private static int certificates(String pem) {
        return pem.split("BEGIN CERTIFICATE").length - 1;
    }
}
