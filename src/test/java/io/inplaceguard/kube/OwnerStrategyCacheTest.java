package io.inplaceguard.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Operation;
import io.inplaceguard.guard.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Owners out of a mock API server. */
@EnableKubernetesMockClient(crud = true)
class OwnerStrategyCacheTest {

    private static final Duration OFTEN = Duration.ofMillis(50);

    private static final CustomKind GAMES = new CustomKind(
            "game.kruise.io",
            "GameServerSet",
            List.of("v1alpha1"),
            List.of("spec.gameServerTemplate"),
            "spec.mode",
            "");

    KubernetesClient client;
    KubernetesMockServer server;
    private OwnerStrategyCache cache;

    @BeforeEach
    void serveTheKind() {
        server.expectCustomResource(new CustomResourceDefinitionContext.Builder()
                .withGroup("apps.kruise.io")
                .withVersion("v1beta1")
                .withKind("CloneSet")
                .withPlural("clonesets")
                .withScope("Namespaced")
                .build());
        cache = new OwnerStrategyCache(client, List.of(GAMES));
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private GenericKubernetesResource cloneSet(String policy) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion("apps.kruise.io/v1beta1")
                .withKind("CloneSet")
                .withNewMetadata()
                .withNamespace("prod")
                .withName("web")
                .endMetadata()
                .withAdditionalProperties(Map.of(
                        "spec", Map.of("updateStrategy", Map.of("rollingUpdate", Map.of("podUpdatePolicy", policy)))))
                .build();
    }

    private static AdmissionAttributes changeOfAnOwnedPod(String owner) {
        JsonNode pod = Samples.edited(
                Samples.pod("{}"),
                object -> ((ObjectNode) object.path("metadata"))
                        .putArray("ownerReferences")
                        .addObject()
                        .put("uid", owner)
                        .put("controller", true));
        JsonNode changed = Samples.set(pod, "/spec/activeDeadlineSeconds", "30");
        return new AdmissionAttributes(
                "", "v1", "Pod", "", Operation.UPDATE, ObjectView.of(pod), ObjectView.of(changed));
    }

    @Test
    void a_pod_follows_its_owner_as_soon_as_the_cache_knows_it() {
        String uid =
                client.resource(cloneSet("InPlaceOnly")).create().getMetadata().getUid();
        Guard guard = new Guard(GuardSettings.DEFAULTS, cache.owners());
        assertThat(cache.isCurrent()).isFalse();
        assertThat(guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED)
                        .denied())
                .as("before the cache is filled")
                .isFalse();
        cache.start(OFTEN);
        await().until(() -> cache.isCurrent() && cache.size() == 1);
        assertThat(guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED)
                        .denied())
                .isTrue();
        assertThat(guard.validate(changeOfAnOwnedPod("another"), ObjectStage.SUBMITTED)
                        .denied())
                .isFalse();
        client.resource(cloneSet("ReCreate")).update();
        await().until(() ->
                !guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
        client.resource(cloneSet("InPlaceOnly")).update();
        await().until(() ->
                guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
        client.resource(cloneSet("InPlaceOnly")).delete();
        await().until(() -> cache.size() == 0);
        assertThat(guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED)
                        .denied())
                .isFalse();
    }

    @Test
    void an_owner_may_be_of_a_configured_kind() {
        cache.close();
        server.expectCustomResource(new CustomResourceDefinitionContext.Builder()
                .withGroup("game.kruise.io")
                .withVersion("v1alpha1")
                .withKind("GameServerSet")
                .withPlural("gameserversets")
                .withScope("Namespaced")
                .build());
        cache = new OwnerStrategyCache(client, List.of(GAMES));
        GenericKubernetesResource games = new GenericKubernetesResourceBuilder()
                .withApiVersion("game.kruise.io/v1alpha1")
                .withKind("GameServerSet")
                .withNewMetadata()
                .withNamespace("prod")
                .withName("minecraft")
                .endMetadata()
                .withAdditionalProperties(Map.of("spec", Map.of("mode", "InPlaceOnly")))
                .build();
        String uid = client.resource(games).create().getMetadata().getUid();
        Guard guard = new Guard(GuardSettings.DEFAULTS, cache.owners());
        cache.start(OFTEN);
        await().until(() ->
                guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
    }

    @Test
    void an_owner_may_be_in_place_only_by_its_annotation() {
        GenericKubernetesResource owner = cloneSet("ReCreate");
        owner.getMetadata().setAnnotations(Map.of(AnnotationKeys.UPDATE_POLICY, "InPlaceOnly"));
        String uid = client.resource(owner).create().getMetadata().getUid();
        Guard guard = new Guard(GuardSettings.DEFAULTS, cache.owners());
        cache.start(OFTEN);
        await().until(() ->
                guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
        client.resource(cloneSet("ReCreate")).update();
        await().until(() ->
                !guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
    }

    @Test
    void when_the_api_server_is_away_the_pods_own_annotation_decides() {
        String uid =
                client.resource(cloneSet("InPlaceOnly")).create().getMetadata().getUid();
        Guard guard = new Guard(GuardSettings.DEFAULTS, cache.owners());
        cache.start(OFTEN);
        await().until(() ->
                guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED).denied());
        server.destroy();
        await().until(() -> !cache.isCurrent());
        assertThat(guard.validate(changeOfAnOwnedPod(uid), ObjectStage.SUBMITTED)
                        .denied())
                .isFalse();
    }
}
