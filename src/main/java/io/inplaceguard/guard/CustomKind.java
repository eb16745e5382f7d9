package io.inplaceguard.guard;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A workload kind that is governed by configuration ({@code inplace-guard.kinds}). Its pods are compared as those of an
 * advanced StatefulSet.
 *
 * @param group     API group, such as {@code game.kruise.io}
 * @param kind      such as {@code GameServerSet}
 * @param versions  API versions, such as {@code v1alpha1}
 * @param templates dotted paths of its pod templates, such as {@code spec.gameServerTemplate}; each holds
 *                  {@code metadata} and {@code spec}
 * @param policy    dotted path of the update policy, such as {@code spec.updateStrategy.rollingUpdate.podUpdatePolicy}; or
 *                  {@code annotation}, where only the annotation {@code inplace-guard.io/update-policy} counts
 * @param word      the policy's value that stands for InPlaceOnly; not used with {@code annotation}
 */
public record CustomKind(
        String group, String kind, List<String> versions, List<String> templates, String policy, String word) {

    /** The value of {@code policy} for kinds that are governed by annotation alone. */
    public static final String ANNOTATION = "annotation";

    private static final Pattern PATH = Pattern.compile("spec(\\.[A-Za-z0-9_-]+)+");

    /**
     * Checks each part.
     *
     * @throws IllegalArgumentException when a part is missing or malformed; the message names the setting, the value and
     *     what is allowed
     */
    public CustomKind {
        versions = List.copyOf(versions);
        templates = List.copyOf(templates);
        require(!group.isBlank(), "group is empty; write an API group such as game.kruise.io");
        require(!group.equals("apps.kruise.io"), "group is apps.kruise.io, whose kinds are built in; remove the entry");
        require(!kind.isBlank(), "kind is empty; write a kind such as GameServerSet");
        require(!versions.isEmpty(), "versions is empty; list the API versions, such as v1alpha1");
        require(!templates.isEmpty(), "templates is empty; list the paths of the pod templates");
        for (String template : templates) {
            require(isPath(template), "templates has \"" + template + "\"; write a path such as spec.template");
        }
        require(
                policy.equals(ANNOTATION) || isPath(policy),
                "policy is \"" + policy + "\"; write annotation, or a path such as spec.updateStrategy.type");
        word = word.isBlank() ? "InPlaceOnly" : word;
    }

    private static boolean isPath(String path) {
        return PATH.matcher(path).matches();
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException("inplace-guard.kinds: " + problem);
        }
    }
}
