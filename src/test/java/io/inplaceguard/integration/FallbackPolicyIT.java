package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.policy.PolicyCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The fallback policy in a real API server, without the webhook. */
class FallbackPolicyIT {

    private static final String TEMPLATE = "/spec/template/spec";
    private static Cluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster("policy");
        cluster.kubectl("apply", "--server-side", "-f", "src/test/resources/integration/crds.yaml")
                .succeeded();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all").succeeded();
        for (String namespace : List.of("unlabeled", "enforce", "warn", "off")) {
            cluster.kubectl("create", "namespace", namespace).succeeded();
            if (!namespace.equals("unlabeled")) {
                cluster.kubectl("label", "namespace", namespace, "inplace-guard.io/mode=" + namespace)
                        .succeeded();
            }
            cluster.kubectl("create", "-n", namespace, "-f", "src/test/resources/integration/cloneset.yaml")
                    .succeeded();
        }
        StringWriter policy = new StringWriter();
        new CommandLine(new PolicyCommand()).setOut(new PrintWriter(policy)).execute();
        cluster.kubectlWith(policy.toString(), "apply", "-f", "-").succeeded();
        // The API server reads new policies after a moment.
        await().until(() ->
                patch("unlabeled", "replace", "/containers/0/name", "\"other\"").status() != 0);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Cluster.Output patch(String namespace, String operation, String path, String value)
            throws Exception {
        return cluster.kubectl(
                "patch",
                "clonesets.apps.kruise.io",
                "web",
                "-n",
                namespace,
                "--dry-run=server",
                "--type=json",
                "-p",
                "[{\"op\":\"%s\",\"path\":\"%s%s\",\"value\":%s}]".formatted(operation, TEMPLATE, path, value));
    }

    @Test
    void what_cannot_be_done_in_place_is_denied_by_field() throws Exception {
        for (String namespace : List.of("unlabeled", "enforce")) {
            Cluster.Output denied = patch(namespace, "add", "/hostPID", "true");
            assertThat(denied.status()).isEqualTo(1);
            assertThat(denied.err()).contains("these fields cannot be changed in place: spec.template.spec.hostPID.");
        }
    }

    @Test
    void images_and_resources_and_empty_values_are_admitted() throws Exception {
        patch("enforce", "replace", "/containers/0/image", "\"app:2\"").succeeded();
        patch("enforce", "add", "/containers/0/resources", "{\"requests\":{\"cpu\":\"1\"}}")
                .succeeded();
        patch("enforce", "add", "/hostPID", "false").succeeded();
    }

    @Test
    void the_namespace_label_selects_the_mode() throws Exception {
        assertThat(patch("warn", "add", "/hostPID", "true").succeeded().err())
                .contains("Warning: ")
                .contains("spec.template.spec.hostPID");
        assertThat(patch("off", "add", "/hostPID", "true").succeeded().err()).isEmpty();
    }
}
