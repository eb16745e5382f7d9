package io.inplaceguard.e2e;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A column of {@code outcomes.md}: a kind in one version under one strategy, with OpenKruise's gate on or off.
 *
 * @param kind    as in the heading: {@code CloneSet v1beta1}, {@code UnitedDeployment v1beta1 of StatefulSets}
 * @param policy  InPlaceOnly or InPlaceIfPossible
 * @param scaling whether the gate InPlaceWorkloadVerticalScaling is on
 */
record Column(String kind, String policy, boolean scaling) {

    private static final JsonMapper JSON = new JsonMapper();

    @Override
    public String toString() {
        return kind + ", " + policy + ", gate " + (scaling ? "on" : "off");
    }

    String name() {
        return kind.split(" ")[0];
    }

    String version() {
        return kind.split(" ")[1];
    }

    String plural() {
        return name().toLowerCase(Locale.ROOT) + "s";
    }

    /** Whether pods belong to a workload that this one creates. */
    boolean united() {
        return name().equals("UnitedDeployment");
    }

    /** The kind of the workloads that a UnitedDeployment creates. */
    String child() {
        return kind.endsWith("StatefulSets") ? "StatefulSet" : "CloneSet";
    }

    /** A JSON pointer to the pod template. */
    String template() {
        return united()
                ? "/spec/template/" + (child().equals("CloneSet") ? "cloneSetTemplate" : "advancedStatefulSetTemplate")
                        + "/spec/template"
                : "/spec/template";
    }

    /** A JSON pointer to the revision that its pods should have. */
    String targetRevision() {
        return kind.equals("DaemonSet v1alpha1") ? "/status/daemonSetHash" : "/status/updateRevision";
    }

    /** Part of the names of namespaces. */
    String slug() {
        Map<String, String> initials = new LinkedHashMap<>();
        initials.put("UnitedDeployment", "ud");
        initials.put("CloneSet", "cs");
        initials.put("StatefulSet", "as");
        initials.put("DaemonSet", "ds");
        return initials.get(name())
                + (version().equals("v1beta1") ? "b" : "a")
                + (united() ? initials.get(child()) : "")
                + (policy.equals("InPlaceOnly") ? "-only" : "-possible")
                + (scaling ? "-on" : "-off");
    }

    String path(String namespace) {
        return "/apis/apps.kruise.io/" + version() + "/namespaces/" + namespace + "/" + plural();
    }

    /**
     * The workload before the edit.
     *
     * @param v1beta1 whether the cluster serves CloneSet v1beta1: a UnitedDeployment's child has that layout then
     */
    JsonNode workload(String name, Edit edit, boolean v1beta1) {
        ObjectNode template = edit.template(name);
        if (name().equals("StatefulSet") || united() && child().equals("StatefulSet")) {
            // OpenKruise's webhook adds it to a CloneSet's template, and requires it here.
            ((ObjectNode) template.path("spec"))
                    .putArray("readinessGates")
                    .addObject()
                    .put("conditionType", "InPlaceUpdateReady");
        }
        ObjectNode selector = JSON.createObjectNode();
        selector.putObject("matchLabels").put("app", name);
        ObjectNode workload = JSON.createObjectNode();
        workload.put("apiVersion", "apps.kruise.io/" + version()).put("kind", name());
        workload.putObject("metadata").put("name", name);
        ObjectNode spec = workload.putObject("spec");
        spec.set("selector", selector);
        if (!name().equals("DaemonSet")) {
            spec.put("replicas", 1);
        }
        if (united()) {
            ObjectNode outer = JSON.createObjectNode();
            outer.putObject("metadata").putObject("labels").put("app", name);
            ObjectNode inner = outer.putObject("spec");
            inner.set("selector", selector);
            inner.set("updateStrategy", strategy(v1beta1 ? "v1beta1" : "v1alpha1", child()));
            inner.set("template", template);
            spec.putObject("template")
                    .set(child().equals("CloneSet") ? "cloneSetTemplate" : "advancedStatefulSetTemplate", outer);
            spec.putObject("topology").putArray("subsets").addObject().put("name", "all");
        } else {
            spec.set("updateStrategy", strategy(version(), name()));
            spec.set("template", template);
        }
        return workload;
    }

    private JsonNode strategy(String version, String kind) {
        String yaml = switch (kind + " " + version) {
            case "CloneSet v1alpha1" -> "{type: %s, maxUnavailable: 100%%}";
            case "CloneSet v1beta1" -> "{rollingUpdate: {podUpdatePolicy: %s, maxUnavailable: 100%%}}";
            case "DaemonSet v1alpha1", "DaemonSet v1beta1" -> "{rollingUpdate: {rollingUpdateType: %s}}";
            default -> "{rollingUpdate: {podUpdatePolicy: %s, maxUnavailable: 1}}";
        };
        return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml.formatted(policy)));
    }
}
