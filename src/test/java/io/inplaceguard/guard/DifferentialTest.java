package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The guard against a second reading of the rules. The model below knows no JSON and none of the guard's code: it compares
 * plain records, as the rules are written. The templates are then written out in random spellings, and the guard has to
 * give the same answer.
 */
public class DifferentialTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);
    private static final List<String> RESIZABLE = List.of("cpu", "memory");
    private static final long MEBI = 1024 * 1024;

    /** How Go writes an amount of memory back: each is a text of its own to OpenKruise. */
    private enum Format {
        BINARY,
        DECIMAL
    }

    /** A request or limit in millicores, mebibytes or a plain number. */
    private record Amount(long number, Format format) {}

    /**
     * A container; an absent key is an absent request or limit.
     *
     * @param envReversed whether its two variables are in the other order
     * @param defaults    the defaults that are written out
     */
    private record ModelContainer(
            String name,
            String image,
            Map<String, Amount> requests,
            Map<String, Amount> limits,
            String policy,
            String mode,
            boolean envReversed,
            Set<String> defaults) {

        ModelContainer withImage(String other) {
            return new ModelContainer(name, other, requests, limits, policy, mode, envReversed, defaults);
        }

        ModelContainer withResources(Map<String, Amount> otherRequests, Map<String, Amount> otherLimits) {
            return new ModelContainer(name, image, otherRequests, otherLimits, policy, mode, envReversed, defaults);
        }

        /** Everything that no update in place can change. */
        List<Object> fixed() {
            return List.of(name, policy, mode, envReversed, defaults);
        }
    }

    /** A template; of everything that is not in place it has an init container, volumes, a label and the pods' OS. */
    private record ModelTemplate(
            List<ModelContainer> containers,
            String init,
            Format initMemory,
            boolean volumesReversed,
            String label,
            String os,
            Set<String> defaults) {

        ModelTemplate with(List<ModelContainer> others) {
            return new ModelTemplate(others, init, initMemory, volumesReversed, label, os, defaults);
        }

        List<Object> fixed() {
            return List.of(init, initMemory, volumesReversed, label, os, defaults);
        }
    }

    private static boolean isInPlace(ModelTemplate before, ModelTemplate after) {
        List<String> names = names(after);
        return names(before).equals(names)
                && new HashSet<>(names).size() == names.size()
                && before.fixed().equals(after.fixed())
                && areInPlace(before, after)
                && (!isResized(before, after)
                        || qos(before, before).equals(qos(after, before))
                                && !after.os().equals("windows"));
    }

    private static List<String> names(ModelTemplate template) {
        return template.containers().stream().map(ModelContainer::name).toList();
    }

    private static boolean areInPlace(ModelTemplate before, ModelTemplate after) {
        for (int i = 0; i < before.containers().size(); i++) {
            ModelContainer old = before.containers().get(i);
            ModelContainer now = after.containers().get(i);
            boolean image = old.image().equals(now.image())
                    || !now.image().isEmpty() && now.image().strip().equals(now.image());
            boolean guaranteed = qos(before, before).equals("Guaranteed");
            if (!image || !old.fixed().equals(now.fixed()) || !isResize(old, now, guaranteed)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isResize(ModelContainer old, ModelContainer now, boolean guaranteed) {
        if (!Objects.equals(old.limits().get("ephemeral-storage"), now.limits().get("ephemeral-storage"))) {
            return false;
        }
        for (String resource : RESIZABLE) {
            Amount request = now.requests().get(resource);
            Amount limit = now.limits().get(resource);
            Amount oldRequest = old.requests().get(resource);
            Amount oldLimit = old.limits().get(resource);
            boolean setChanges = (oldRequest == null) != (request == null) || (oldLimit == null) != (limit == null);
            boolean changes = number(oldRequest) != number(request) || number(oldLimit) != number(limit);
            if (setChanges || changes && request != null && limit != null && request.number() > limit.number()) {
                return false;
            }
            // The running pods keep the request that was implied by the old limit.
            boolean differs = number(limit) != number(oldLimit);
            if (request == null && differs && (guaranteed || number(limit) < number(oldLimit))) {
                return false;
            }
        }
        return true;
    }

    private static long number(Amount amount) {
        return amount == null ? -1 : amount.number();
    }

    private static boolean isResized(ModelTemplate before, ModelTemplate after) {
        for (int i = 0; i < before.containers().size(); i++) {
            ModelContainer old = before.containers().get(i);
            ModelContainer now = after.containers().get(i);
            for (String resource : RESIZABLE) {
                if (number(old.requests().get(resource))
                                != number(now.requests().get(resource))
                        || number(old.limits().get(resource))
                                != number(now.limits().get(resource))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Guaranteed where everything is limited and requests are those limits. The init container has both, so no pod is best
     * effort. A request that is implied stays what the limit was when the pods were created.
     */
    private static String qos(ModelTemplate template, ModelTemplate created) {
        boolean all = true;
        long[] sums = new long[4];
        for (int i = 0; i < template.containers().size(); i++) {
            ModelContainer container = template.containers().get(i);
            ModelContainer first = created.containers().get(i);
            for (int r = 0; r < 2; r++) {
                long limit = Math.max(0, number(container.limits().get(RESIZABLE.get(r))));
                Amount own = container.requests().get(RESIZABLE.get(r));
                long implied = Math.max(0, number(first.limits().get(RESIZABLE.get(r))));
                long request = own == null ? implied : own.number();
                all &= limit > 0;
                sums[r] += limit;
                sums[2 + r] += request;
            }
        }
        return all && sums[0] == sums[2] && sums[1] == sums[3] ? "Guaranteed" : "Burstable";
    }

    @Property(tries = 6000)
    void the_guard_and_the_model_agree(@ForAll long seed) {
        Random random = new Random(seed);
        ModelTemplate before = template(random);
        ModelTemplate after = before;
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            after = edited(after, random);
        }
        boolean inPlace = isInPlace(before, after);
        Verdict verdict = GUARD.validate(
                new AdmissionAttributes(
                        "apps.kruise.io",
                        "v1beta1",
                        "CloneSet",
                        "",
                        Operation.UPDATE,
                        ObjectView.of(written(before, random)),
                        ObjectView.of(written(after, random))),
                ObjectStage.STORED);
        Statistics.collect(inPlace, before.equals(after));
        assertThat(verdict.denied())
                .as("%s%n%s%n%s", before, after, verdict.violations())
                .isEqualTo(!inPlace);
    }

    /** A generated CloneSet before and after some edits. */
    public static List<JsonNode> pair(long seed) {
        Random random = new Random(seed);
        ModelTemplate before = template(random);
        ModelTemplate after = before;
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            after = edited(after, random);
        }
        return List.of(written(before, random), written(after, random));
    }

    private static ModelTemplate template(Random random) {
        List<ModelContainer> containers = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Map<String, Amount> requests = new TreeMap<>();
            Map<String, Amount> limits = new TreeMap<>();
            boolean same = random.nextInt(3) == 0;
            for (String resource : RESIZABLE) {
                Format format = format(random);
                long limit = 100 * (1 + random.nextInt(20));
                if (same || random.nextInt(4) > 0) {
                    limits.put(resource, new Amount(limit, format));
                }
                if (same || random.nextInt(3) > 0) {
                    requests.put(resource, new Amount(same ? limit : limit / (1 + random.nextInt(3)), format));
                }
            }
            Set<String> defaults = random.nextInt(3) == 0 ? Set.of("imagePullPolicy") : Set.of();
            containers.add(new ModelContainer(
                    "c" + i,
                    "web:" + i,
                    requests,
                    limits,
                    random.nextBoolean() ? "" : "NotRequired",
                    "a",
                    random.nextBoolean(),
                    defaults));
        }
        return new ModelTemplate(
                containers,
                "init:1",
                format(random),
                random.nextBoolean(),
                "x",
                random.nextInt(12) == 0 ? "windows" : "",
                random.nextBoolean() ? Set.of("restartPolicy") : Set.of());
    }

    private static Format format(Random random) {
        return random.nextBoolean() ? Format.BINARY : Format.DECIMAL;
    }

    private static ModelTemplate edited(ModelTemplate template, Random random) {
        List<ModelContainer> containers = new ArrayList<>(template.containers());
        int at = random.nextInt(containers.size());
        ModelContainer old = containers.get(at);
        switch (random.nextInt(30)) {
            case 0, 1 -> containers.set(at, old.withImage("web:new" + random.nextInt(9)));
            case 2 ->
                containers.set(
                        at, old.withImage(List.of("", " ", "web:1 ", "\tweb:1").get(random.nextInt(4))));
            case 3 -> containers.set(at, fixed(old, old.policy(), "b", old.envReversed(), old.defaults()));
            case 4 -> containers.set(at, fixed(old, "RestartContainer", old.mode(), old.envReversed(), old.defaults()));
            case 5 -> containers.set(at, fixed(old, old.policy(), old.mode(), !old.envReversed(), old.defaults()));
            case 6 ->
                containers.set(
                        at, fixed(old, old.policy(), old.mode(), old.envReversed(), Set.of("terminationMessagePath")));
            case 7 -> containers.remove(at);
            case 8 ->
                containers.add(new ModelContainer(
                        "new" + random.nextInt(3), "n:1", Map.of(), Map.of(), "", "a", false, Set.of()));
            case 9 -> Collections.rotate(containers, 1);
            case 10, 11, 12, 13, 14, 15 -> {
                return editedOutside(template, random.nextInt(6));
            }
            case 16 -> {}
            default -> containers.set(at, resized(old, random, template.os().isEmpty()));
        }
        return containers.isEmpty() ? template : template.with(containers);
    }

    private static ModelContainer fixed(
            ModelContainer old, String policy, String mode, boolean envReversed, Set<String> defaults) {
        return new ModelContainer(
                old.name(), old.image(), old.requests(), old.limits(), policy, mode, envReversed, defaults);
    }

    private static ModelTemplate editedOutside(ModelTemplate old, int which) {
        return new ModelTemplate(
                old.containers(),
                which == 0 ? "init:2" : old.init(),
                which == 1 ? other(old.initMemory()) : old.initMemory(),
                (which == 2) != old.volumesReversed(),
                which == 3 ? "y" : old.label(),
                which == 4 ? "linux" : old.os(),
                which == 5 ? Set.of("restartPolicy", "securityContext") : old.defaults());
    }

    private static Format other(Format format) {
        return format == Format.BINARY ? Format.DECIMAL : Format.BINARY;
    }

    /** Mostly resizes: both, one of the two, of what is there or is not; also additions, removals and spellings. */
    private static ModelContainer resized(ModelContainer old, Random random, boolean respells) {
        Map<String, Amount> requests = new TreeMap<>(old.requests());
        Map<String, Amount> limits = new TreeMap<>(old.limits());
        String resource = RESIZABLE.get(random.nextInt(2));
        long amount = 50L * (1 + random.nextInt(60));
        switch (random.nextInt(12)) {
            case 0 -> limits.put("ephemeral-storage", new Amount(amount, Format.BINARY));
            case 1 -> requests.remove(resource);
            case 2 -> requests.computeIfPresent(resource, (name, was) -> new Amount(0, was.format()));
            case 3 -> {
                if (respells) {
                    limits.computeIfPresent("memory", (name, was) -> new Amount(was.number(), other(was.format())));
                }
            }
            default -> {
                int which = random.nextInt(4);
                if (which != 0) {
                    requests.computeIfPresent(resource, (name, was) -> new Amount(amount, was.format()));
                }
                if (which != 1) {
                    long limit = which == 2 ? amount : amount + 50L * random.nextInt(10);
                    limits.computeIfPresent(resource, (name, was) -> new Amount(limit, was.format()));
                }
                if (which == 3 && random.nextInt(4) == 0) {
                    requests.putIfAbsent(resource, new Amount(amount, Format.DECIMAL));
                }
            }
        }
        return old.withResources(requests, limits);
    }

    /** The same template in one of the many ways in which it can be written. */
    private static JsonNode written(ModelTemplate template, Random random) {
        ObjectNode object = JSON.createObjectNode();
        ObjectNode spec = object.putObject("spec");
        spec.withObject("/updateStrategy/rollingUpdate").put("podUpdatePolicy", "InPlaceOnly");
        ObjectNode tree = spec.putObject("template");
        tree.putObject("metadata").putObject("labels").put("l", template.label());
        ObjectNode podSpec = tree.putObject("spec");
        maybe(random, podSpec, "hostNetwork", "false");
        maybe(random, podSpec, "tolerations", "[]");
        maybe(random, podSpec, "affinity", "null");
        maybe(random, podSpec, "serviceAccountName", "\"\"");
        if (template.defaults().contains("restartPolicy")) {
            podSpec.put("restartPolicy", "Always");
        }
        if (template.defaults().contains("securityContext")) {
            podSpec.putObject("securityContext");
        }
        ArrayNode volumes = podSpec.putArray("volumes");
        for (String name : template.volumesReversed() ? List.of("w", "v") : List.of("v", "w")) {
            volumes.addObject().put("name", name).putObject("secret").put("secretName", "s");
        }
        ObjectNode init = podSpec.putArray("initContainers")
                .addObject()
                .put("name", "init")
                .put("image", template.init());
        // It counts for the QoS class: with requests and limits that are equal, no pod is best effort.
        amounts(
                init.putObject("resources"),
                "limits",
                Map.of("cpu", new Amount(1000, Format.DECIMAL), "memory", new Amount(1024, template.initMemory())),
                random);
        if (!template.os().isEmpty()) {
            podSpec.putObject("os").put("name", template.os());
        }
        ArrayNode containers = podSpec.putArray("containers");
        template.containers().forEach(container -> written(container, containers.addObject(), random));
        return object;
    }

    private static void written(ModelContainer container, ObjectNode tree, Random random) {
        tree.put("name", container.name());
        if (!container.image().isEmpty() || random.nextBoolean()) {
            tree.put("image", container.image());
        }
        ArrayNode env = tree.putArray("env");
        for (String name : container.envReversed() ? List.of("OTHER", "MODE") : List.of("MODE", "OTHER")) {
            env.addObject().put("name", name).put("value", container.mode());
        }
        if (container.defaults().contains("imagePullPolicy")) {
            tree.put("imagePullPolicy", "Always");
        }
        if (container.defaults().contains("terminationMessagePath")) {
            tree.put("terminationMessagePath", "/dev/termination-log");
        }
        maybe(random, tree, "args", "[]");
        maybe(random, tree, "tty", "false");
        if (!container.policy().isEmpty()) {
            tree.putArray("resizePolicy")
                    .addObject()
                    .put("resourceName", "cpu")
                    .put("restartPolicy", container.policy());
        }
        if (!container.requests().isEmpty() || !container.limits().isEmpty() || random.nextBoolean()) {
            ObjectNode resources = tree.putObject("resources");
            amounts(resources, "requests", container.requests(), random);
            amounts(resources, "limits", container.limits(), random);
        }
    }

    private static void maybe(Random random, ObjectNode object, String field, String json) {
        if (random.nextBoolean()) {
            object.set(field, JSON.readTree(json));
        }
    }

    private static void amounts(ObjectNode resources, String list, Map<String, Amount> amounts, Random random) {
        if (amounts.isEmpty() && random.nextBoolean()) {
            return;
        }
        ObjectNode map = resources.putObject(list);
        amounts.forEach((resource, amount) -> {
            long number = amount.number();
            int spelling = random.nextInt(3);
            if (resource.equals("cpu")) {
                switch (spelling) {
                    case 0 -> map.put(resource, number + "m");
                    case 1 -> map.put(resource, String.valueOf(number / 1000.0));
                    default -> map.put(resource, number / 1000.0);
                }
            } else if (amount.format() == Format.BINARY) {
                map.put(resource, spelling == 0 ? number * 1024 + "Ki" : number + "Mi");
            } else if (spelling == 0) {
                map.put(resource, number * MEBI);
            } else {
                map.put(resource, String.valueOf(number * MEBI));
            }
        });
    }
}
