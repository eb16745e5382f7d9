package io.inplaceguard.guard;

import io.inplaceguard.guard.GuardSettings.ResizePolicyDefault;
import io.inplaceguard.template.PodTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The resize policies that containers of one template get where they have none: those of the settings, and above them those
 * of the annotation {@code inplace-guard.io/resize-policy}.
 *
 * @param byKey         policies by resource, or by {@code container.resource}; a resource that is absent gets none
 * @param neverRestarts whether the pod's restartPolicy is Never, which allows NotRequired only (validateResizePolicy)
 */
record ResizePolicySettings(Map<String, String> byKey, boolean neverRestarts) {

    private static final String NOT_REQUIRED = "NotRequired";
    private static final String RESTART_CONTAINER = "RestartContainer";
    private static final Set<String> POLICIES = Set.of(NOT_REQUIRED, RESTART_CONTAINER);
    private static final Set<String> RESOURCES = Set.of("cpu", "memory");

    /** The policy to write for a resource of a container; empty where none is written. */
    Optional<String> policy(String container, String resource) {
        String policy = byKey.getOrDefault(container + "." + resource, byKey.get(resource));
        return Optional.ofNullable(policy).map(found -> neverRestarts ? NOT_REQUIRED : found);
    }

    /**
     * Reads {@code cpu=NotRequired,app.memory=RestartContainer}. An annotation with any invalid entry is ignored as a whole.
     *
     * @param annotation the annotation's value; blank for none
     * @param warnings   gets a warning where the annotation is ignored
     */
    static ResizePolicySettings of(
            GuardSettings settings, String annotation, PodTemplate template, List<Warning> warnings) {
        boolean neverRestarts =
                template.spec().path("restartPolicy").asString("").equals("Never");
        Map<String, String> policies = new LinkedHashMap<>();
        put(policies, "cpu", settings.resizePolicyCpu());
        put(policies, "memory", settings.resizePolicyMemory());
        if (!annotation.isBlank()) {
            Map<String, String> annotated = new LinkedHashMap<>();
            String problem = parse(annotation, template, annotated);
            if (!problem.isEmpty()) {
                warnings.add(ignored(problem));
                return new ResizePolicySettings(policies, neverRestarts);
            }
            if (neverRestarts && annotated.containsValue(RESTART_CONTAINER)) {
                warnings.add(ignored("a pod with restartPolicy Never can only have NotRequired"));
            }
            policies.putAll(annotated);
        }
        return new ResizePolicySettings(policies, neverRestarts);
    }

    private static void put(Map<String, String> policies, String resource, ResizePolicyDefault policy) {
        if (policy != ResizePolicyDefault.NONE) {
            policies.put(resource, policy.word());
        }
    }

    /** Adds the entries; returns what is wrong with one of them, or empty text. Shows no part of the value. */
    private static String parse(String annotation, PodTemplate template, Map<String, String> entries) {
        int number = 0;
        for (String text : annotation.split(",", -1)) {
            number++;
            String[] sides = text.strip().split("=", -1);
            String key = sides[0].strip();
            int dot = key.lastIndexOf('.');
            boolean legal = sides.length == 2
                    && POLICIES.contains(sides[1].strip())
                    && RESOURCES.contains(key.substring(dot + 1))
                    && dot != 0
                    && entries.put(key, sides[1].strip()) == null;
            if (!legal) {
                return "entry " + number + " of it cannot be read";
            }
            if (dot > 0 && template.container(key.substring(0, dot)).isEmpty()) {
                return "entry " + number + " of it names no container of this pod";
            }
        }
        return "";
    }

    private static Warning ignored(String why) {
        return new Warning(
                "resize-policy",
                "annotation " + AnnotationKeys.RESIZE_POLICY + " is ignored: " + why
                        + "; write for example cpu=NotRequired,app.memory=RestartContainer");
    }
}
