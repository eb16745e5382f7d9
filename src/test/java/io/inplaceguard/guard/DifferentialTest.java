package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
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
 * plain records, as the list of rules says. The templates it judges are then written out in random spellings, and the guard
 * has to come to the same answer.
 */
public class DifferentialTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);
    private static final List<String> RESIZABLE = List.of("cpu", "memory");
    private static final long MEBI = 1024 * 1024;

    /** A container; amounts are millicores, mebibytes or plain numbers; an absent key is an absent request or limit. */
    private record Box(
            String name,
            String image,
            Map<String, Long> requests,
            Map<String, Long> limits,
            String policy,
            String mode) {}

    /** A template; of everything that is not in place it has an init container's image, a label and the pods' OS. */
    private record Pods(List<Box> boxes, String init, String label, String os) {}

    private static boolean isInPlace(Pods before, Pods after) {
        List<String> names = names(after);
        return names(before).equals(names)
                && new HashSet<>(names).size() == names.size()
                && before.init().equals(after.init())
                && before.label().equals(after.label())
                && before.os().equals(after.os())
                && areInPlace(before, after)
                && (!isResized(before, after)
                        || qos(before).equals(qos(after)) && !after.os().equals("windows"));
    }

    private static List<String> names(Pods pods) {
        return pods.boxes().stream().map(Box::name).toList();
    }

    private static boolean areInPlace(Pods before, Pods after) {
        for (int i = 0; i < before.boxes().size(); i++) {
            Box old = before.boxes().get(i);
            Box now = after.boxes().get(i);
            boolean image = old.image().equals(now.image())
                    || !now.image().isEmpty() && now.image().strip().equals(now.image());
            if (!image || !old.policy().equals(now.policy()) || !old.mode().equals(now.mode()) || !isResize(old, now)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isResize(Box old, Box now) {
        if (!Objects.equals(old.limits().get("ephemeral-storage"), now.limits().get("ephemeral-storage"))) {
            return false;
        }
        for (String resource : RESIZABLE) {
            Long request = now.requests().get(resource);
            Long limit = now.limits().get(resource);
            boolean requestChanges = !Objects.equals(old.requests().get(resource), request);
            boolean limitChanges = !Objects.equals(old.limits().get(resource), limit);
            if (requestChanges && (old.requests().get(resource) == null || request == null || request == 0)
                    || limitChanges && (old.limits().get(resource) == null || limit == null || limit == 0)
                    || limitChanges && request == null
                    || (requestChanges || limitChanges) && request != null && limit != null && request > limit) {
                return false;
            }
        }
        return true;
    }

    private static boolean isResized(Pods before, Pods after) {
        for (int i = 0; i < before.boxes().size(); i++) {
            Box old = before.boxes().get(i);
            Box now = after.boxes().get(i);
            if (!old.requests().equals(now.requests()) || !old.limits().equals(now.limits())) {
                return true;
            }
        }
        return false;
    }

    /** Best effort without any, guaranteed where everything is limited and requests are those limits. */
    private static String qos(Pods pods) {
        boolean any = false;
        boolean all = true;
        long[] sums = new long[4];
        for (Box box : pods.boxes()) {
            for (int r = 0; r < 2; r++) {
                long limit = box.limits().getOrDefault(RESIZABLE.get(r), 0L);
                long request = box.requests().getOrDefault(RESIZABLE.get(r), limit);
                any |= limit > 0 || request > 0;
                all &= limit > 0;
                sums[r] += limit;
                sums[2 + r] += request;
            }
        }
        return !any ? "BestEffort" : all && sums[0] == sums[2] && sums[1] == sums[3] ? "Guaranteed" : "Burstable";
    }

    @Property(tries = 6000)
    void the_guard_and_the_model_agree(@ForAll long seed) {
        Random random = new Random(seed);
        Pods before = pods(random);
        Pods after = before;
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
                ObjectStage.SUBMITTED);
        Statistics.collect(inPlace, before.equals(after));
        assertThat(verdict.denied())
                .as("%s%n%s%n%s", before, after, verdict.violations())
                .isEqualTo(!inPlace);
    }

    /** A generated CloneSet before and after some edits. */
    public static List<JsonNode> pair(long seed) {
        Random random = new Random(seed);
        Pods before = pods(random);
        Pods after = before;
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            after = edited(after, random);
        }
        return List.of(written(before, random), written(after, random));
    }

    private static Pods pods(Random random) {
        List<Box> boxes = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Map<String, Long> requests = new TreeMap<>();
            Map<String, Long> limits = new TreeMap<>();
            boolean same = random.nextInt(3) == 0;
            for (String resource : RESIZABLE) {
                long limit = 100 * (1 + random.nextInt(20));
                if (same || random.nextInt(4) > 0) {
                    limits.put(resource, limit);
                }
                if (same || random.nextInt(3) > 0) {
                    requests.put(resource, same ? limit : limit / (1 + random.nextInt(3)));
                }
            }
            boxes.add(new Box("c" + i, "web:" + i, requests, limits, random.nextBoolean() ? "" : "NotRequired", "a"));
        }
        return new Pods(boxes, "init:1", "x", random.nextInt(12) == 0 ? "windows" : "");
    }

    private static Pods edited(Pods pods, Random random) {
        List<Box> boxes = new ArrayList<>(pods.boxes());
        int at = random.nextInt(boxes.size());
        Box box = boxes.get(at);
        Map<String, Long> requests = new TreeMap<>(box.requests());
        Map<String, Long> limits = new TreeMap<>(box.limits());
        String resource = RESIZABLE.get(random.nextInt(2));
        long amount = 50L * (1 + random.nextInt(60));
        switch (random.nextInt(24)) {
            case 0, 1 ->
                boxes.set(
                        at,
                        new Box(box.name(), "web:new" + random.nextInt(9), requests, limits, box.policy(), box.mode()));
            case 2 ->
                boxes.set(
                        at,
                        new Box(
                                box.name(),
                                List.of("", " ", "web:1 ", "\tweb:1").get(random.nextInt(4)),
                                requests,
                                limits,
                                box.policy(),
                                box.mode()));
            case 3 -> boxes.set(at, new Box(box.name(), box.image(), requests, limits, box.policy(), "b"));
            case 4 -> boxes.set(at, new Box(box.name(), box.image(), requests, limits, "RestartContainer", box.mode()));
            case 5 -> boxes.remove(boxes.size() > 1 ? at : 0);
            case 6 -> boxes.add(new Box("new" + random.nextInt(3), "n:1", Map.of(), Map.of(), "", "a"));
            case 7 -> java.util.Collections.rotate(boxes, 1);
            case 8 -> {
                return new Pods(boxes, "init:2", pods.label(), pods.os());
            }
            case 9 -> {
                return new Pods(boxes, pods.init(), "y", pods.os());
            }
            case 10 -> {
                limits.put("ephemeral-storage", amount);
                boxes.set(at, new Box(box.name(), box.image(), requests, limits, box.policy(), box.mode()));
            }
            case 11 -> {
                requests.remove(resource);
                boxes.set(at, new Box(box.name(), box.image(), requests, limits, box.policy(), box.mode()));
            }
            case 12 -> {
                limits.put(resource, 0L);
                boxes.set(at, new Box(box.name(), box.image(), requests, limits, box.policy(), box.mode()));
            }
            case 13 -> {}
            default -> {
                // Mostly resizes: both, one of the two, of what is there or is not.
                int which = random.nextInt(4);
                if (which != 0 && requests.containsKey(resource)) {
                    requests.put(resource, amount);
                }
                if (which != 1 && limits.containsKey(resource)) {
                    limits.put(resource, which == 2 ? amount : amount + 50L * random.nextInt(10));
                }
                if (which == 3 && random.nextInt(4) == 0) {
                    requests.put(resource, amount);
                }
                boxes.set(at, new Box(box.name(), box.image(), requests, limits, box.policy(), box.mode()));
            }
        }
        return boxes.isEmpty() ? pods : new Pods(boxes, pods.init(), pods.label(), pods.os());
    }

    /** The same template in one of the many ways in which it can be written. */
    private static JsonNode written(Pods pods, Random random) {
        ObjectNode object = JSON.createObjectNode();
        ObjectNode spec = object.putObject("spec");
        spec.withObject("/updateStrategy/rollingUpdate").put("podUpdatePolicy", "InPlaceOnly");
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("l", pods.label());
        ObjectNode podSpec = template.putObject("spec");
        maybe(random, podSpec, "restartPolicy", "\"Always\"");
        maybe(random, podSpec, "terminationGracePeriodSeconds", "30");
        maybe(random, podSpec, "securityContext", "{}");
        maybe(random, podSpec, "hostNetwork", "false");
        maybe(random, podSpec, "volumes", "[]");
        maybe(random, podSpec, "affinity", "null");
        ObjectNode init = podSpec.putArray("initContainers")
                .addObject()
                .put("name", "init")
                .put("image", pods.init());
        // It counts for the QoS class; guaranteed itself, it leaves the class to the others.
        init.set("resources", JSON.readTree("{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}"));
        if (!pods.os().isEmpty()) {
            podSpec.putObject("os").put("name", pods.os());
        }
        ArrayNode containers = podSpec.putArray("containers");
        for (Box box : pods.boxes()) {
            ObjectNode container = containers.addObject().put("name", box.name());
            if (!box.image().isEmpty() || random.nextBoolean()) {
                container.put("image", box.image());
            }
            container.putArray("env").addObject().put("name", "MODE").put("value", box.mode());
            maybe(random, container, "imagePullPolicy", "\"Always\"");
            maybe(random, container, "terminationMessagePath", "\"/dev/termination-log\"");
            maybe(random, container, "args", "[]");
            maybe(random, container, "tty", "false");
            if (!box.policy().isEmpty()) {
                container
                        .putArray("resizePolicy")
                        .addObject()
                        .put("resourceName", "cpu")
                        .put("restartPolicy", box.policy());
            }
            if (!box.requests().isEmpty() || !box.limits().isEmpty() || random.nextBoolean()) {
                ObjectNode resources = container.putObject("resources");
                amounts(resources, "requests", box.requests(), random);
                amounts(resources, "limits", box.limits(), random);
            }
        }
        return object;
    }

    private static void maybe(Random random, ObjectNode object, String field, String json) {
        if (random.nextBoolean()) {
            object.set(field, JSON.readTree(json));
        }
    }

    private static void amounts(ObjectNode resources, String list, Map<String, Long> amounts, Random random) {
        if (amounts.isEmpty() && random.nextBoolean()) {
            return;
        }
        ObjectNode map = resources.putObject(list);
        amounts.forEach((resource, amount) -> {
            switch (random.nextInt(3)) {
                case 0 -> map.put(resource, resource.equals("cpu") ? amount + "m" : amount + "Mi");
                case 1 ->
                    map.put(
                            resource,
                            resource.equals("cpu") ? String.valueOf(amount / 1000.0) : String.valueOf(amount * MEBI));
                default -> {
                    if (resource.equals("cpu")) {
                        map.put(resource, amount / 1000.0);
                    } else {
                        map.put(resource, amount * MEBI);
                    }
                }
            }
        });
    }
}
