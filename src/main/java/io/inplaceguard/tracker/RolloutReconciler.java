package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.inplaceguard.guard.StuckRollout;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds rollouts that cannot finish by comparing two ControllerRevisions, once for each pair, and reports each by an event. */
final class RolloutReconciler {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutReconciler.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int FORBIDDEN = 403;

    /** What is known of a workload's rollout. */
    private record Examined(String kind, Rollout rollout, boolean stuck) {}

    private final KubernetesClient client;
    private final RateLimiter limiter;
    private final ResizeIndex index;
    private final EventRecorder events;
    private final Map<String, Examined> examined = new ConcurrentHashMap<>();

    RolloutReconciler(KubernetesClient client, RateLimiter limiter, ResizeIndex index, EventRecorder events) {
        this.client = client;
        this.limiter = limiter;
        this.index = index;
        this.events = events;
    }

    /** @param uid of a workload; one that has no unfinished rollout is forgotten */
    void reconcile(String uid) {
        TrackedOwner owner = index.owner(uid);
        Rollout rollout = owner == null ? null : owner.rollout();
        if (owner == null || rollout == null) {
            examined.remove(uid);
            return;
        }
        Examined before = examined.get(uid);
        if (before != null && before.rollout().equals(rollout)) {
            return;
        }
        Optional<StuckRollout> stuck = compare(owner, rollout);
        // The event first: what is remembered is not reported again.
        stuck.ifPresent(found -> events.rolloutStuck(owner, rollout, found.fields()));
        examined.put(uid, new Examined(owner.kind(), rollout, stuck.isPresent()));
    }

    void forget(String uid) {
        examined.remove(uid);
    }

    /** How many workloads of that kind have a rollout that cannot finish. */
    long count(String kind) {
        return examined.values().stream()
                .filter(each -> each.stuck() && each.kind().equals(kind))
                .count();
    }

    private Optional<StuckRollout> compare(TrackedOwner owner, Rollout rollout) {
        try {
            Optional<JsonNode> current = revision(owner.namespace(), rollout.current());
            Optional<JsonNode> update = revision(owner.namespace(), rollout.update());
            return current.isPresent() && update.isPresent()
                    ? StuckRollout.of(owner.kind(), current.get(), update.get())
                    : Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() != FORBIDDEN) {
                throw e;
            }
            LOG.debug("cannot read the ControllerRevisions of {}/{}: forbidden", owner.namespace(), owner.name());
            return Optional.empty();
        }
    }

    /** Empty where it has been deleted: then no Pod is of it. */
    private Optional<JsonNode> revision(String namespace, String name) {
        limiter.acquire();
        ControllerRevision revision = client.apps()
                .controllerRevisions()
                .inNamespace(namespace)
                .withName(name)
                .get();
        return Optional.ofNullable(revision).map(found -> JSON.readTree(Serialization.asJson(found.getData())));
    }
}
