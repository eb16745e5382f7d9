package io.inplaceguard.template;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The quality of service class of a pod, which no resize may change. */
public enum QosClass {
    GUARANTEED("Guaranteed"),
    BURSTABLE("Burstable"),
    BEST_EFFORT("BestEffort");

    private static final List<String> RESOURCES = List.of("cpu", "memory");

    private final String word;

    QosClass(String word) {
        this.word = word;
    }

    /** As Kubernetes writes it. */
    @Override
    public String toString() {
        return word;
    }

    /**
     * The class a pod of this template has, with its requests defaulted from its limits. Values that are no quantity
     * count as absent.
     * Source: ComputePodQOS (pkg/apis/core/v1/helper/qos/qos.go), SetDefaults_Pod (pkg/apis/core/v1/defaults.go).
     */
    public static QosClass of(PodTemplate template) {
        Stream<Container> counted = template.spec().path("resources").isObject()
                ? Stream.of(new Container("", template.spec(), template.path()))
                : Stream.concat(template.containers().stream(), template.initContainers().stream());
        Map<String, BigDecimal> requests = new HashMap<>();
        Map<String, BigDecimal> limits = new HashMap<>();
        boolean allLimited = true;
        for (Container container : counted.toList()) {
            for (String resource : RESOURCES) {
                positive(container.effectiveRequest(resource))
                        .ifPresent(request -> requests.merge(resource, request.number(), BigDecimal::add));
                Optional<Quantity> limit = positive(container.limit(resource));
                limit.ifPresent(found -> limits.merge(resource, found.number(), BigDecimal::add));
                allLimited &= limit.isPresent();
            }
        }
        if (requests.isEmpty() && limits.isEmpty()) {
            return BEST_EFFORT;
        }
        // All numbers have the same scale, so equal maps are equal sums.
        return allLimited && requests.equals(limits) ? GUARANTEED : BURSTABLE;
    }

    private static Optional<Quantity> positive(Optional<Quantity> quantity) {
        return quantity.filter(Quantity::isPositive);
    }
}
