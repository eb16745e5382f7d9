package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Whether the guard itself can do its work: webhook configurations, certificate, endpoints. */
final class GuardHealth {

    private static final String CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/";
    private static final Pattern ENFORCING = Pattern.compile("^(pods|workloads|kinds)\\.enforce$");

    private static final String GATE_SETTING = "INPLACEGUARD_OPENKRUISE_VERTICALSCALING";

    private final KubeApi api;
    private final Consumer<String> leftOut;
    private final @Nullable OpenKruiseProfile installed;
    private final Instant now;
    private final Map<Service, String> certificates = new HashMap<>();

    /**
     * @param leftOut receives a sentence for each part that may not be read
     * @param installed what OpenKruise's manager is configured with; null where it is not known
     */
    GuardHealth(KubeApi api, Consumer<String> leftOut, @Nullable OpenKruiseProfile installed, Instant now) {
        this.api = api;
        this.leftOut = leftOut;
        this.installed = installed;
        this.now = now;
    }

    private record Service(String namespace, String name) {}

    /** @throws ApiException when the webhook configurations cannot be read */
    List<Finding> check() {
        List<Finding> findings = new ArrayList<>();
        Set<Service> services = new LinkedHashSet<>();
        configurations(findings, services, "ValidatingWebhookConfiguration", true);
        configurations(findings, services, "MutatingWebhookConfiguration", false);
        services.forEach(service -> {
            endpoints(findings, service);
            gate(findings, service);
        });
        return findings;
    }

    private void configurations(List<Finding> findings, Set<Service> services, String kind, boolean validating) {
        List<JsonNode> ours = new ArrayList<>();
        String plural = kind.toLowerCase(Locale.ROOT) + "s";
        api.list(CONFIGURATIONS + plural, configuration -> {
            if (!webhooks(configuration).isEmpty()) {
                ours.add(configuration);
            }
        });
        if (ours.isEmpty()) {
            findings.add(new Finding(
                    Finding.Id.GUARD_MISSING,
                    new ObjectIdentity("admissionregistration.k8s.io", kind, "", "inplace-guard"),
                    List.of(),
                    "No " + kind + " has a webhook of inplace-guard, so nothing is "
                            + (validating ? "validated." : "mutated."),
                    "Install the chart."));
        }
        for (JsonNode configuration : ours) {
            ObjectIdentity identity = new ObjectIdentity(
                    "admissionregistration.k8s.io",
                    kind,
                    "",
                    configuration.at("/metadata/name").asString(""));
            List<String> names = webhooks(configuration).stream()
                    .map(ChartWebhooks::shortName)
                    .toList();
            List<String> missing = ChartWebhooks.required(validating).stream()
                    .filter(name -> !names.contains(name))
                    .toList();
            if (!missing.isEmpty()) {
                findings.add(new Finding(
                        Finding.Id.GUARD_CONFIGURATION,
                        identity,
                        List.of("webhooks"),
                        "Webhooks of the chart are missing: " + String.join(", ", missing) + ".",
                        "Run helm upgrade to restore the configuration."));
            }
            for (JsonNode webhook : webhooks(configuration)) {
                List<String> fields = ChartWebhooks.differences(validating, webhook).stream()
                        .map(field -> field(webhook) + "." + field)
                        .toList();
                if (!fields.isEmpty()) {
                    findings.add(new Finding(
                            Finding.Id.GUARD_CONFIGURATION,
                            identity,
                            fields,
                            "The webhook " + webhook.path("name").asString("")
                                    + " is not as the chart makes it, so it may not get every request that it should.",
                            "Run helm upgrade to restore the configuration."));
                }
                webhook(findings, services, identity, webhook);
            }
        }
    }

    private static List<JsonNode> webhooks(JsonNode configuration) {
        List<JsonNode> ours = new ArrayList<>();
        for (JsonNode webhook : configuration.path("webhooks")) {
            if (ChartWebhooks.isOurs(webhook)) {
                ours.add(webhook);
            }
        }
        return ours;
    }

    private static String field(JsonNode webhook) {
        return "webhooks[name=" + webhook.path("name").asString("") + "]";
    }

    private void webhook(List<Finding> findings, Set<Service> services, ObjectIdentity identity, JsonNode webhook) {
        String field = field(webhook);
        if (ENFORCING.matcher(ChartWebhooks.shortName(webhook)).find()
                && webhook.path("failurePolicy").asString("").equals("Ignore")) {
            findings.add(new Finding(
                    Finding.Id.GUARD_FAILURE_POLICY,
                    identity,
                    List.of(field + ".failurePolicy"),
                    "failurePolicy is Ignore: while the webhook cannot be reached, every change is admitted unchecked.",
                    "Set webhooks.failurePolicy to Fail in the chart's values, if that is not intended."));
        }
        JsonNode client = webhook.path("clientConfig");
        String serving = "";
        if (client.path("service").isObject()) {
            Service service = new Service(
                    client.at("/service/namespace").asString(""),
                    client.at("/service/name").asString(""));
            services.add(service);
            serving = certificates.computeIfAbsent(service, this::certificate);
        }
        String problem = CaBundles.problem(client.path("caBundle").asString(""), serving, now);
        if (!problem.isEmpty()) {
            findings.add(new Finding(
                    Finding.Id.GUARD_CA_BUNDLE,
                    identity,
                    List.of(field + ".clientConfig.caBundle"),
                    problem,
                    "Check the log of the webhook, which writes the caBundle in certs.mode=cluster, or the tool that writes"
                            + " it otherwise."));
        }
    }

    /** The serving certificate, in base64; empty where it cannot be read. The chart names its Secret after the Service. */
    private String certificate(Service service) {
        for (String suffix : List.of("-certs", "-tls")) {
            String name = service.name() + suffix;
            KubeApi.Response secret = api.get("/api/v1/namespaces/" + service.namespace() + "/secrets/" + name);
            if (secret.ok()) {
                return secret.body().path("data").path("tls.crt").asString("");
            }
            if (secret.code() != 404) {
                leftOut.accept("You may not read the Secret " + service.namespace() + "/" + name
                        + ": whether the caBundle verifies the serving certificate is left out.");
                return "";
            }
        }
        return "";
    }

    private void endpoints(List<Finding> findings, Service service) {
        List<JsonNode> ready = new ArrayList<>();
        try {
            api.list(
                    "/apis/discovery.k8s.io/v1/namespaces/" + service.namespace()
                            + "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + service.name(),
                    slice -> slice.path("endpoints").forEach(endpoint -> {
                        if (endpoint.at("/conditions/ready").asBoolean(true)) {
                            ready.add(endpoint);
                        }
                    }));
        } catch (ApiException e) {
            if (!e.isForbidden()) {
                throw e;
            }
            leftOut.accept("You may not list endpointslices in namespace " + service.namespace()
                    + ": whether the webhook has ready endpoints is left out.");
            return;
        }
        if (ready.isEmpty()) {
            findings.add(new Finding(
                    Finding.Id.GUARD_ENDPOINTS,
                    new ObjectIdentity("", "Service", service.namespace(), service.name()),
                    List.of(),
                    "The webhook's Service has no ready endpoint.",
                    "Check the pods of the webhook: kubectl get pods -n " + service.namespace() + "."));
        }
    }

    /** The chart names the Deployment after its Service. A setting other than auto can contradict OpenKruise's gates. */
    private void gate(List<Finding> findings, Service service) {
        KubeApi.Response deployment =
                api.get("/apis/apps/v1/namespaces/" + service.namespace() + "/deployments/" + service.name());
        if (!deployment.ok() || installed == null) {
            if (deployment.code() == 403) {
                leftOut.accept("You may not read the Deployment " + service.namespace() + "/" + service.name()
                        + ": whether its settings agree with OpenKruise's feature gates is left out.");
            }
            return;
        }
        for (JsonNode env : deployment.body().at("/spec/template/spec/containers/0/env")) {
            String setting = env.path("value").asString("");
            if (env.path("name").asString("").equals(GATE_SETTING)
                    && Set.of("enabled", "disabled", "refused").contains(setting)
                    && !setting.equalsIgnoreCase(installed.verticalScaling().name())) {
                findings.add(new Finding(
                        Finding.Id.GUARD_GATE,
                        new ObjectIdentity("apps", "Deployment", service.namespace(), service.name()),
                        List.of("spec.template.spec.containers[0].env[name=" + GATE_SETTING + "]"),
                        "The webhook is configured with vertical scaling " + setting
                                + ", but the OpenKruise manager has its gate InPlaceWorkloadVerticalScaling "
                                + (installed.verticalScaling() == VerticalScaling.REFUSED
                                        ? "enabled, and the API server refuses how this version of it resizes pods."
                                        : installed.verticalScaling().name().toLowerCase(Locale.ROOT) + "."),
                        "Set openkruise.verticalScaling to auto in the chart's values."));
            }
        }
    }
}
