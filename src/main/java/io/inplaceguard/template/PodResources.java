package io.inplaceguard.template;

import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a pod as a whole ({@code spec.resources}), and how those of its containers add up to them.
 * Source: SetDefaults_Pod and defaultPodRequests (pkg/apis/core/v1/defaults.go), AggregateContainerRequests
 * (k8s.io/component-helpers/resource), validatePodResourceConsistency (pkg/apis/core/validation/validation.go).
 */
public final class PodResources {

    private final PodTemplate template;
    /** The pod spec read as a container: its resources have the same shape. */
    private final Container pod;

    PodResources(PodTemplate template) {
        this.template = template;
        this.pod = new Container("", template.spec(), template.path().field("spec"));
    }

    /** Where {@code resources} is in the template. */
    public FieldPath path() {
        return pod.path().field("resources");
    }

    /** The pod's request of that resource; empty where it has none of its own or it is not a quantity. */
    public Optional<Quantity> request(String resource) {
        return pod.request(resource);
    }

    /** The pod's limit of that resource; empty where it has none or it is not a quantity. */
    public Optional<Quantity> limit(String resource) {
        return pod.limit(resource);
    }

    /** Whether the pod has a request of its own for that resource, be it zero. Without one the API server defaults it. */
    public boolean hasRequest(String resource) {
        return pod.hasRequest(resource);
    }

    /**
     * The request that the API server stores: the pod's own, else with a limit of any resource what the containers request
     * together, else the pod's limit.
     *
     * @return cores or bytes; empty without one
     */
    public Optional<BigDecimal> effectiveRequest(String resource) {
        if (hasRequest(resource)) {
            return request(resource).map(Quantity::number);
        }
        if (template.spec().path("resources").path("limits").isEmpty()) {
            return Optional.empty();
        }
        Optional<BigDecimal> containers = containerRequests(resource);
        return containers.isPresent() ? containers : limit(resource).map(Quantity::number);
    }

    /**
     * What the containers request together: regular containers and sidecars add up, another init container counts where
     * it needs more while it runs. A request that is only implied by its limit counts.
     *
     * @return cores or bytes; empty where no container requests that resource
     */
    public Optional<BigDecimal> containerRequests(String resource) {
        BigDecimal running = null;
        for (Container container : template.containers()) {
            running = plus(running, container.effectiveRequest(resource));
        }
        BigDecimal sidecars = BigDecimal.ZERO;
        BigDecimal starting = null;
        for (Container container : template.initContainers()) {
            Optional<Quantity> request = container.effectiveRequest(resource);
            if (request.isEmpty()) {
                continue;
            }
            BigDecimal whileItStarts = sidecars.add(request.get().number());
            starting = starting == null ? whileItStarts : starting.max(whileItStarts);
            if (container.isSidecar()) {
                sidecars = whileItStarts;
                running = plus(running, request);
            }
        }
        return Optional.ofNullable(running == null ? starting : starting == null ? running : running.max(starting));
    }

    private static @Nullable BigDecimal plus(@Nullable BigDecimal sum, Optional<Quantity> more) {
        if (more.isEmpty()) {
            return sum;
        }
        return sum == null ? more.get().number() : sum.add(more.get().number());
    }
}
