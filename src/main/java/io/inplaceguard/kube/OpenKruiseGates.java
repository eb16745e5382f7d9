package io.inplaceguard.kube;

import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.VersionInfo;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.kube.FeatureGates.ManagerContainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The profile of the cluster's OpenKruise, read from the arguments of its manager's Deployment: one {@code get} at each
 * interval, in the background, and two of both versions where the gate is on. Reviews read a field. Unknown until the first read,
 * and while the Deployment is absent or does not show it; when it may not be read, or the API server does not answer, the last
 * profile stays.
 */
public final class OpenKruiseGates implements Supplier<OpenKruiseProfile>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenKruiseGates.class);

    /** Read without its model: the model of a pod's spec is some 500 classes, which nothing else in a webhook needs. */
    private static final ResourceDefinitionContext DEPLOYMENTS = new ResourceDefinitionContext.Builder()
            .withGroup("apps")
            .withVersion("v1")
            .withKind("Deployment")
            .withPlural("deployments")
            .withNamespaced(true)
            .build();

    private final KubernetesClient client;
    private final String namespace;
    private final String deployment;
    private final @Nullable Boolean templateDefaults;
    private final OpenKruiseProfile unknown;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "openkruise-gates");
        thread.setDaemon(true);
        return thread;
    });
    private volatile OpenKruiseProfile profile;
    private @Nullable String reported;

    /**
     * @param client           is closed by its owner
     * @param namespace        of OpenKruise's manager
     * @param deployment       name of its Deployment
     * @param templateDefaults whether OpenKruise writes defaults into templates, whatever its arguments show; null to read it
     */
    public OpenKruiseGates(
            KubernetesClient client, String namespace, String deployment, @Nullable Boolean templateDefaults) {
        this.client = client;
        this.namespace = namespace;
        this.deployment = deployment;
        this.templateDefaults = templateDefaults;
        this.unknown = withConfigured(OpenKruiseProfile.UNKNOWN);
        this.profile = unknown;
    }

    /** Starts reading; returns at once. */
    public OpenKruiseGates start(Duration interval) {
        var unused = executor.scheduleWithFixedDelay(this::refresh, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    @Override
    public OpenKruiseProfile get() {
        return profile;
    }

    /** An executor ends the schedule at the first exception, so none leaves this method. */
    void refresh() {
        try {
            GenericKubernetesResource found = client.genericKubernetesResources(DEPLOYMENTS)
                    .inNamespace(namespace)
                    .withName(deployment)
                    .get();
            if (found == null) {
                change(unknown, "Deployment " + namespace + "/" + deployment + " not found");
            } else {
                Optional<OpenKruiseProfile> read = FeatureGates.profile(containers(found))
                        .map(gates -> ResizeVersions.effective(gates, this::apiServer, this::isNewer));
                change(
                        read.map(this::withConfigured).orElse(unknown),
                        (read.isPresent() ? "read from" : "not shown by the arguments of") + " Deployment " + namespace
                                + "/" + deployment);
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() == 401 || e.getCode() == 403) {
                warn("Not permitted to get Deployment " + namespace + "/" + deployment + ", /version or"
                        + " /apis/apps.kruise.io/v1beta1 (HTTP " + e.getCode()
                        + "): the last known state of OpenKruise's feature gates stays; check the ClusterRole, or set"
                        + " inplace-guard.openkruise.vertical-scaling");
            } else {
                report("OpenKruise's feature gates cannot be read, retrying: " + e.getMessage());
            }
        } catch (RuntimeException | Error e) {
            report("OpenKruise's feature gates cannot be read, retrying: " + e);
        }
    }

    private String apiServer() {
        VersionInfo version = client.getKubernetesVersion();
        return version == null || version.getGitVersion() == null ? "" : version.getGitVersion();
    }

    private boolean isNewer() {
        APIResourceList served = client.getApiResources(ResizeVersions.GROUP + "/" + ResizeVersions.VERSION);
        return served != null
                && served.getResources().stream()
                        .anyMatch(resource -> resource.getKind().equals(ResizeVersions.KIND));
    }

    private OpenKruiseProfile withConfigured(OpenKruiseProfile read) {
        return templateDefaults == null ? read : new OpenKruiseProfile(read.verticalScaling(), templateDefaults);
    }

    private static List<ManagerContainer> containers(GenericKubernetesResource deployment) {
        List<ManagerContainer> containers = new ArrayList<>();
        if (deployment.get("spec", "template", "spec", "containers") instanceof List<?> listed) {
            for (Object each : listed) {
                if (each instanceof Map<?, ?> container) {
                    containers.add(ManagerContainer.of(
                            String.valueOf(container.get("name")),
                            texts(container, "command"),
                            texts(container, "args")));
                }
            }
        }
        return containers;
    }

    private static List<String> texts(Map<?, ?> container, String field) {
        return container.get(field) instanceof List<?> listed
                ? listed.stream().map(String::valueOf).toList()
                : List.of();
    }

    private void change(OpenKruiseProfile read, String source) {
        profile = read;
        report("OpenKruise: InPlaceWorkloadVerticalScaling is " + read.verticalScaling()
                + (read.verticalScaling() == VerticalScaling.REFUSED
                        ? " (it is on, but this API server refuses how OpenKruise before 1.9 resizes pods)"
                        : "")
                + ", template defaults are "
                + (read.templateDefaults() ? "ENABLED" : "DISABLED") + " (" + source + ")");
    }

    /** Each line once until another one is due. */
    private void report(String line) {
        if (!line.equals(reported)) {
            reported = line;
            LOG.info(line);
        }
    }

    private void warn(String line) {
        if (!line.equals(reported)) {
            reported = line;
            LOG.warn(line);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
