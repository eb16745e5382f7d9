package io.inplaceguard.cluster.plan;

import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.Violation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Sends what {@code kubectl apply} would send, with {@code dryRun=All}: every webhook is called, nothing is stored. */
final class DryRun {

    /** What the API server answered. */
    sealed interface Outcome permits Stored, Denied, NotPermitted {}

    /**
     * The apply would be accepted.
     *
     * @param object   what would be stored
     * @param warnings of the API server and of webhooks
     */
    record Stored(JsonNode object, List<String> warnings) implements Outcome {}

    /**
     * The apply would be refused.
     *
     * @param by      name of the webhook or policy; {@code API server} where it refuses by itself
     * @param message the text of the refusal
     * @param causes  field {@code status.details.causes} of a webhook's answer; a missing node without one
     */
    record Denied(String by, String message, JsonNode causes) implements Outcome {

        private static final Pattern RULE = Pattern.compile("(.*) \\[([a-z-]+)]", Pattern.DOTALL);

        /** Whether a webhook of this project refused. */
        boolean byGuard() {
            return by.endsWith(".inplace-guard.io");
        }

        /** What this project's webhook reported, all of it; empty where it is another one, or left some out. */
        List<Violation> reported() {
            List<Violation> violations = new ArrayList<>();
            for (JsonNode cause : causes) {
                Matcher rule = RULE.matcher(cause.path("message").asString(""));
                if (!byGuard() || !rule.matches() || rule.group(1).endsWith(" more)")) {
                    return List.of();
                }
                // What would happen if it were admitted is not part of the answer, and not shown in a plan.
                violations.add(new Violation(
                        rule.group(2), cause.path("field").asString(""), rule.group(1), Consequence.RECREATE));
            }
            return violations;
        }
    }

    /** The user may not do this, not even as a dry run. */
    record NotPermitted(String message) implements Outcome {}

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final Pattern WEBHOOK =
            Pattern.compile("admission webhook \"([^\"]+)\" denied the request:? ?(.*)", Pattern.DOTALL);
    private static final Pattern POLICY =
            Pattern.compile("ValidatingAdmissionPolicy '([^']+)'.*? denied request: (.*)", Pattern.DOTALL);
    private static final Pattern RBAC = Pattern.compile("User \".*\" cannot \\w+ resource");
    private static final JsonMapper JSON = new JsonMapper();

    private final KubeApi api;
    private final boolean serverSide;
    private final String fieldManager;

    /**
     * @param serverSide   whether to apply as {@code kubectl apply --server-side --force-conflicts}
     * @param fieldManager of the server-side apply
     */
    DryRun(KubeApi api, boolean serverSide, String fieldManager) {
        this.api = api;
        this.serverSide = serverSide;
        this.fieldManager = fieldManager;
    }

    /** Applies a manifest to the live object. */
    Outcome apply(ApiResources.Resource resource, String path, JsonNode manifest, JsonNode live) {
        if (serverSide) {
            return outcome(api.patch(
                    path + "?dryRun=All&force=true&fieldManager=" + encoded(fieldManager),
                    "application/apply-patch+yaml",
                    manifest.toString()));
        }
        // The API server merges the lists of its own kinds by their keys; of custom resources it replaces them.
        return resource.prefix().startsWith("/api/")
                ? strategicPatch(path, manifest)
                : outcome(api.patch(
                        path + "?dryRun=All",
                        "application/merge-patch+json",
                        merge(manifest, live).toString()));
    }

    /** Patches a built-in kind, or a subresource of it. */
    Outcome strategicPatch(String path, JsonNode patch) {
        return outcome(api.patch(path + "?dryRun=All", "application/strategic-merge-patch+json", patch.toString()));
    }

    /** Creates an object. */
    Outcome create(ApiResources.Resource resource, String namespace, JsonNode manifest) {
        return outcome(api.post(resource.collection(namespace) + "?dryRun=All", manifest.toString()));
    }

    /** What a client-side apply would leave, without webhooks and defaults: for when there is no answer to judge. */
    JsonNode local(JsonNode manifest, JsonNode live) {
        return ThreeWayMerge.apply(live, merge(manifest, live));
    }

    private static ObjectNode merge(JsonNode manifest, JsonNode live) {
        return ThreeWayMerge.patch(lastApplied(live), manifest, live);
    }

    private static JsonNode lastApplied(JsonNode live) {
        String text =
                live.path("metadata").path("annotations").path(LAST_APPLIED).asString("");
        try {
            return text.isEmpty() ? JsonNodeFactory.instance.objectNode() : JSON.readTree(text);
        } catch (JacksonException e) {
            // kubectl would refuse; what matters here is what the manifest adds and changes.
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private static Outcome outcome(KubeApi.Response response) {
        if (response.ok()) {
            return new Stored(response.body(), response.warnings());
        }
        String message = response.message();
        Matcher webhook = WEBHOOK.matcher(message);
        if (webhook.find()) {
            return new Denied(
                    webhook.group(1), webhook.group(2), response.body().at("/details/causes"));
        }
        Matcher policy = POLICY.matcher(message);
        if (policy.find()) {
            return new Denied(policy.group(1), policy.group(2), JSON.missingNode());
        }
        return response.code() == 401 || RBAC.matcher(message).find()
                ? new NotPermitted(message)
                : new Denied("API server", message, JSON.missingNode());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
