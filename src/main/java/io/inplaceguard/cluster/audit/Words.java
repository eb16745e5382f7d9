package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Words that are misspelt or in the wrong place: they look as if they had an effect and have none. */
final class Words {

    private static final Set<String> MODES = Set.of("enforce", "warn", "audit", "off");
    private static final Set<String> ANNOTATIONS = Set.of(
            AnnotationKeys.RESIZE,
            AnnotationKeys.RESIZE_DETAILS,
            AnnotationKeys.UPDATE_POLICY,
            AnnotationKeys.RESIZE_POLICY);
    private static final String MODE = AnnotationKeys.PREFIX + "mode";
    /** What people write instead of inplace-guard.io. */
    private static final Pattern SIMILAR = Pattern.compile("^(in-?place-?guard)(\\.[a-z.]+)?/");

    private static final Map<String, String> OLD_POLICIES =
            Map.of("RestartNotRequired", "NotRequired", "Restart", "RestartContainer");
    private static final Set<String> POLICIES = Set.of("NotRequired", "RestartContainer");
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final JsonMapper JSON = new JsonMapper();

    private Words() {}

    /** The label {@code inplace-guard.io/mode} of a namespace. */
    static List<Finding> ofNamespace(JsonNode namespace) {
        List<Finding> findings = new ArrayList<>();
        ObjectIdentity identity = new ObjectIdentity(
                "", "Namespace", "", namespace.at("/metadata/name").asString(""));
        for (var label : namespace.at("/metadata/labels").properties()) {
            if (label.getKey().equals(MODE)) {
                if (!MODES.contains(label.getValue().asString(""))) {
                    findings.add(new Finding(
                            Finding.Id.UNKNOWN_MODE,
                            identity,
                            List.of("metadata.labels[" + MODE + "]"),
                            "The value of the label " + MODE + " is not enforce, warn, audit or off.",
                            "Correct the value of the label, or remove it to get the mode of the chart."));
                }
            } else if (SIMILAR.matcher(label.getKey()).find()) {
                findings.add(unknown(identity, "metadata.labels", label.getKey(), "the label " + MODE));
            }
        }
        return findings;
    }

    /** Annotations of an object under names that look like those of this project. */
    static List<Finding> ofAnnotations(ObjectIdentity identity, String path, JsonNode annotations) {
        List<Finding> findings = new ArrayList<>();
        for (var annotation : annotations.properties()) {
            String key = annotation.getKey();
            if (key.equals(AnnotationKeys.UPDATE_POLICY)
                    && !annotation.getValue().asString("").equals("InPlaceOnly")) {
                findings.add(new Finding(
                        Finding.Id.UNKNOWN_ANNOTATION,
                        identity,
                        List.of(path + "[" + key + "]"),
                        "The value of the annotation " + key + " is not InPlaceOnly, so it has no effect.",
                        "Set it to InPlaceOnly, or remove it."));
            } else if (!ANNOTATIONS.contains(key) && SIMILAR.matcher(key).find()) {
                findings.add(unknown(
                        identity,
                        path,
                        key,
                        String.join(", ", ANNOTATIONS.stream().sorted().toList())));
            }
        }
        return findings;
    }

    private static Finding unknown(ObjectIdentity identity, String path, String key, String known) {
        return new Finding(
                Finding.Id.UNKNOWN_ANNOTATION,
                identity,
                List.of(path + "[" + key + "]"),
                key + " is not known, so it has no effect.",
                "Correct its name. Known: " + known + ".");
    }

    /** The annotations, strategy and resize policies of a workload. */
    static List<Finding> ofWorkload(Inventory.Workload workload, Guard guard, List<CustomKind> kinds) {
        JsonNode object = workload.object();
        ObjectIdentity identity = workload.identity();
        List<Finding> findings =
                new ArrayList<>(ofAnnotations(identity, "metadata.annotations", object.at("/metadata/annotations")));
        List<Finding> misplaced = misplaced(identity, object, guard);
        // Fields of another version are dropped when an object is stored; the manifest still has them.
        findings.addAll(misplaced.isEmpty() ? misplaced(identity, lastApplied(object), guard) : misplaced);
        for (Workloads.Template template : Workloads.templates(object, kinds)) {
            String path = template.path().isEmpty() ? "" : template.path() + ".";
            findings.addAll(ofAnnotations(
                    identity, path + "metadata.annotations", template.template().at("/metadata/annotations")));
            policies(findings, identity, path, template.template());
        }
        return findings;
    }

    /** The engine warns of a misplaced strategy in any update of a template, so it is asked for one of an image. */
    private static List<Finding> misplaced(ObjectIdentity identity, JsonNode object, Guard guard) {
        String apiVersion = object.path("apiVersion").asString("");
        Verdict verdict = guard.validate(
                AdmissionAttributes.update(
                        identity.group(),
                        apiVersion.substring(apiVersion.indexOf('/') + 1),
                        identity.kind(),
                        ObjectView.of(withOtherImage(object)),
                        ObjectView.of(object)),
                ObjectStage.STORED);
        List<Finding> findings = new ArrayList<>();
        for (Warning warning : verdict.warnings()) {
            if (warning.id().equals("misplaced-strategy")) {
                String sentence = warning.sentence();
                int cut = sentence.indexOf("; ");
                findings.add(new Finding(
                        Finding.Id.MISPLACED_STRATEGY,
                        identity,
                        List.of("spec.updateStrategy"),
                        capital(cut < 0 ? sentence : sentence.substring(0, cut)) + ".",
                        capital(cut < 0 ? "correct the strategy" : sentence.substring(cut + 2)) + "."));
            }
        }
        return findings;
    }

    private static String capital(String phrase) {
        return phrase.startsWith("updateStrategy")
                ? phrase
                : Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1);
    }

    private static JsonNode withOtherImage(JsonNode object) {
        JsonNode copy = object.deepCopy();
        for (Workloads.Template template : Workloads.templates(copy, List.of())) {
            if (template.template().at("/spec/containers/0") instanceof ObjectNode container) {
                container.put("image", container.path("image").asString("") + "x");
            }
        }
        return copy;
    }

    private static JsonNode lastApplied(JsonNode object) {
        String text =
                object.path("metadata").path("annotations").path(LAST_APPLIED).asString("");
        try {
            return JSON.readTree(text.isEmpty() ? "{}" : text);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    private static void policies(List<Finding> findings, ObjectIdentity identity, String path, JsonNode template) {
        for (JsonNode container : template.at("/spec/containers")) {
            String name = container.path("name").asString("");
            for (JsonNode policy : container.path("resizePolicy")) {
                String word = policy.path("restartPolicy").asString("");
                if (!POLICIES.contains(word)) {
                    findings.add(new Finding(
                            Finding.Id.OLD_RESIZE_POLICY,
                            identity,
                            List.of(path + "spec.containers[name=" + name + "].resizePolicy"),
                            "The API server refuses pods with this restartPolicy in resizePolicy of container " + name
                                    + ".",
                            OLD_POLICIES.containsKey(word)
                                    ? word + " is the name of 2022; write " + OLD_POLICIES.get(word) + "."
                                    : "Write NotRequired or RestartContainer."));
                }
            }
        }
    }
}
