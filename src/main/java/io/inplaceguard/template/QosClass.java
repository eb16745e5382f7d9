package io.inplaceguard.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * The class that the API server gives a pod of this template: from {@code spec.resources} where the template has it,
     * be it empty, else from its containers. Zero and values that are not a quantity count as absent.
     * Source: ComputePodQOS (pkg/apis/core/v1/helper/qos/qos.go).
     */
    public static QosClass of(PodTemplate template) {
        return template.podResources().map(QosClass::ofPod).orElseGet(() -> ofContainers(template, true));
    }

    /**
     * The class that OpenKruise computes from a template: from the regular and init containers alone, as it is built on
     * Kubernetes 1.32, and without the requests that the API server defaults from limits when it creates the pods.
     * Source: IsPodQoSChanged (pkg/util/inplaceupdate), ComputePodQOS (pkg/apis/core/v1/helper/qos/qos.go).
     */
    public static QosClass ofRevision(PodTemplate template) {
        return ofContainers(template, false);
    }

    /** @param defaulted whether requests are defaulted from limits, see SetDefaults_Pod (pkg/apis/core/v1/defaults.go) */
    private static QosClass ofContainers(PodTemplate template, boolean defaulted) {
        List<Container> counted = new ArrayList<>(template.containers());
        counted.addAll(template.initContainers());
        Sums sums = new Sums();
        for (Container container : counted) {
            for (String resource : RESOURCES) {
                Optional<Quantity> request =
                        defaulted ? container.effectiveRequest(resource) : container.request(resource);
                sums.add(
                        resource,
                        request.map(Quantity::number),
                        container.limit(resource).map(Quantity::number));
            }
        }
        return sums.qosClass();
    }

    private static QosClass ofPod(PodResources pod) {
        Sums sums = new Sums();
        for (String resource : RESOURCES) {
            sums.add(
                    resource,
                    pod.effectiveRequest(resource),
                    pod.limit(resource).map(Quantity::number));
        }
        return sums.qosClass();
    }

    /** Requests and limits by resource. All numbers have the same scale, so equal maps are equal sums. */
    private static final class Sums {
        private final Map<String, BigDecimal> requests = new HashMap<>();
        private final Map<String, BigDecimal> limits = new HashMap<>();
        private boolean allLimited = true;

        void add(String resource, Optional<BigDecimal> request, Optional<BigDecimal> limit) {
            request.filter(amount -> amount.signum() > 0)
                    .ifPresent(amount -> requests.merge(resource, amount, BigDecimal::add));
            Optional<BigDecimal> positive = limit.filter(amount -> amount.signum() > 0);
            positive.ifPresent(amount -> limits.merge(resource, amount, BigDecimal::add));
            allLimited &= positive.isPresent();
        }

        QosClass qosClass() {
            if (requests.isEmpty() && limits.isEmpty()) {
                return BEST_EFFORT;
            }
            return allLimited && requests.equals(limits) ? GUARANTEED : BURSTABLE;
        }
    }
}
