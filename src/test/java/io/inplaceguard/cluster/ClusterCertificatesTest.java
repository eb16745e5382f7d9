package io.inplaceguard.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.inplaceguard.certs.CertificateMaker;
import io.inplaceguard.certs.ServingPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Secret that replicas share, on a mock API server. */
@EnableKubernetesMockClient(crud = true)
class ClusterCertificatesTest {

    private static final Instant NOW = Instant.now();
    private static final List<String> NAMES = List.of("guard.prod.svc", "guard.prod.svc.cluster.local");

    KubernetesClient client;
    KubernetesMockServer server;

    private ClusterCertificates replica() {
        return new ClusterCertificates(client, new ClusterCertificates.Names("prod", "guard-certs", "guard", NAMES));
    }

    private Secret secret() {
        return client.secrets().inNamespace("prod").withName("guard-certs").get();
    }

    @Test
    void the_first_replica_makes_a_pair_and_the_others_take_it() throws Exception {
        var executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<ServingPair>> replicas = Collections.nCopies(4, () -> replica().ensure(NOW));
            List<ServingPair> pairs = new ArrayList<>();
            for (var pair : executor.invokeAll(replicas)) {
                pairs.add(pair.get());
            }
            assertThat(pairs).allMatch(pairs.get(0)::equals);
            assertThat(pairs.get(0).covers(NAMES)).isTrue();
            assertThat(pairs.get(0).isGoodFor(NAMES, NOW)).isTrue();
        } finally {
            executor.shutdownNow();
        }
        assertThat(secret().getData()).containsOnlyKeys("ca.crt", "ca.key", "tls.crt", "tls.key");
        assertThat(secret().getType()).as("as the chart has it, for it cannot be changed").isEqualTo("Opaque");
    }

    @Test
    void a_pair_that_is_due_or_spoilt_is_made_anew_under_the_same_authority() {
        ServingPair first = replica().ensure(NOW);
        assertThat(replica().ensure(NOW.plus(Duration.ofDays(30)))).isEqualTo(first);
        ServingPair later = replica().ensure(NOW.plus(Duration.ofDays(70)));
        assertThat(later.leaf()).isNotEqualTo(first.leaf());
        assertThat(later.authorities()).isEqualTo(first.authorities());
        Map<String, String> spoilt = new HashMap<>(secret().getData());
        spoilt.put("tls.key", "bm9uc2Vuc2U=");
        client.resource(new SecretBuilder(secret()).withData(spoilt).build()).update();
        ServingPair mended = replica().ensure(NOW.plus(Duration.ofDays(70)));
        assertThat(mended.leaf()).isNotEqualTo(later.leaf());
        assertThat(mended.authorities()).isEqualTo(first.authorities());
        client.resource(new SecretBuilder(secret()).withData(Map.of()).build()).update();
        assertThat(replica().ensure(NOW).authorities()).isNotEqualTo(first.authorities());
        client.secrets().inNamespace("prod").withName("guard-certs").delete();
        assertThat(replica().ensure(NOW).isGoodFor(NAMES, NOW)).isTrue();
        ServingPair old = replica().ensure(NOW.plus(CertificateMaker.AUTHORITY_LIFE));
        assertThat(old.isGoodFor(NAMES, NOW.plus(CertificateMaker.AUTHORITY_LIFE))).isTrue();
    }

    @Test
    void the_authority_is_written_into_every_webhook_once() throws Exception {
        client.resource(new ValidatingWebhookConfigurationBuilder()
                        .withNewMetadata().withName("guard").endMetadata()
                        .addNewWebhook().withName("a.io").withFailurePolicy("Fail").withNewClientConfig().withNewService().withName("guard").endService().endClientConfig().endWebhook()
                        .addNewWebhook().withName("b.io").withNewClientConfig().withCaBundle("b2xk").endClientConfig().endWebhook()
                        .build())
                .create();
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata().withName("guard").endMetadata()
                        .addNewWebhook().withName("m.io").withNewClientConfig().endClientConfig().endWebhook()
                        .build())
                .create();
        ServingPair pair = replica().ensure(NOW);
        String bundle = secret().getData().get("ca.crt");
        // The mock knows no server-side apply: what is asked of it is looked at instead.
        String place = "/apis/admissionregistration.k8s.io/v1/%swebhookconfigurations/guard?fieldManager=inplace-guard-certs&force=true";
        server.expect().patch().withPath(place.formatted("validating")).andReturn(200, "{}").once();
        server.expect().patch().withPath(place.formatted("mutating")).andReturn(200, "{}").once();
        assertThat(replica().inject(pair)).isEqualTo(2);
        RecordedRequest last = server.getLastRequest();
        assertThat(last.getHeader("Content-Type")).contains("apply-patch");
        JsonNode asked = new JsonMapper().readTree(last.getBody().readUtf8());
        assertThat(asked.path("webhooks").toString()).isEqualTo("[{\"clientConfig\":{\"caBundle\":\"" + bundle + "\"},\"name\":\"m.io\"}]");
        var done = client.admissionRegistration().v1().mutatingWebhookConfigurations().withName("guard").edit(configuration -> {
            configuration.getWebhooks().get(0).getClientConfig().setCaBundle(bundle);
            return configuration;
        });
        assertThat(done).isNotNull();
        client.admissionRegistration().v1().validatingWebhookConfigurations().withName("guard").delete();
        assertThat(replica().inject(pair)).as("nothing is left to write").isZero();
    }

    @Test
    void without_webhook_configurations_there_is_nothing_to_write() {
        assertThat(replica().inject(replica().ensure(NOW))).isZero();
    }
}
