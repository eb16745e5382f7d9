package io.inplaceguard.bench;

import static io.inplaceguard.load.ReviewText.list;

import io.inplaceguard.load.ReviewText;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/** The text of objects whose size can be chosen. A side is 1 for the stored object and 2 for the new one. */
final class GrownObjects {

    /** Fewer than the entries that one list may have, and enough that 1,000 containers do not limit what is compared. */
    private static final int ENV_PER_CONTAINER = 64;

    /** A member of metadata that enforces InPlaceOnly on any kind. */
    static final String ENFORCED = "\"annotations\":{\"inplace-guard.io/update-policy\":\"InPlaceOnly\"}";

    private GrownObjects() {}

    /** A review of a CloneSet under InPlaceOnly, by members of its pod spec. */
    static byte[] cloneSets(IntFunction<String> podSpec) {
        return cloneSets(side -> "", podSpec);
    }

    /** The same, by members of its template's metadata, too. */
    static byte[] cloneSets(IntFunction<String> templateMetadata, IntFunction<String> podSpec) {
        return update(
                "CloneSet",
                "v1alpha1",
                side -> object("", cloneSetSpec(templateMetadata.apply(side), podSpec.apply(side))));
    }

    /** A review of a CloneSet under InPlaceOnly whose image changes, by members of its metadata. */
    static byte[] describedCloneSets(IntFunction<String> metadata) {
        return update(
                "CloneSet",
                "v1alpha1",
                side -> object(
                        metadata.apply(side), cloneSetSpec("", "\"containers\":[" + container("app", side, "") + "]")));
    }

    /** A review of a Pod under InPlaceOnly, by members of its spec. */
    static byte[] pods(IntFunction<String> podSpec) {
        return update("Pod", "v1", side -> object(ENFORCED, podSpec.apply(side)));
    }

    /** A review of a UnitedDeployment, by the containers of its CloneSet child and its subsets' patches. */
    static byte[] united(IntFunction<String> containers, int subsets, BiFunction<Integer, Integer, String> patch) {
        return update(
                "UnitedDeployment",
                "v1alpha1",
                side -> object(
                        "",
                        "\"template\":{\"cloneSetTemplate\":{\"spec\":{"
                                + cloneSetSpec("", "\"containers\":[" + containers.apply(side) + "]")
                                + "}}},\"topology\":{\"subsets\":["
                                + list(subsets, i -> "{\"name\":\"s" + i + "\",\"patch\":" + patch.apply(i, side) + "}")
                                + "]}"));
    }

    static byte[] update(String kind, String version, IntFunction<String> object) {
        return ReviewText.update(kind, version, object.apply(1), object.apply(2));
    }

    /** An object by members of its metadata and of its spec. */
    static String object(String metadata, String spec) {
        return "{\"metadata\":{\"name\":\"web\"" + (metadata.isEmpty() ? "" : ",") + metadata + "},\"spec\":{" + spec
                + "}}";
    }

    static String cloneSetSpec(String templateMetadata, String podSpec) {
        return "\"updateStrategy\":{\"type\":\"InPlaceOnly\"},\"template\":{\"metadata\":{" + templateMetadata
                + "},\"spec\":{" + podSpec + "}}";
    }

    /** @param more further members, each with a comma before it */
    static String container(String name, int image, String more) {
        return "{\"name\":\"" + name + "\",\"image\":\"registry.example/web:" + image + "\"" + more + "}";
    }

    static String resized(String name, int side) {
        return container(name, 1, ",\"resources\":{\"requests\":{\"cpu\":\"" + side + "00m\",\"memory\":\"1Gi\"}}");
    }

    /** Containers with n env entries between them. */
    static String containers(int n, IntFunction<String> env) {
        return inChunks(
                n,
                ENV_PER_CONTAINER,
                (number, entries) -> container("c" + number, 1, ",\"env\":[" + entries + "]"),
                env);
    }

    /** A patch that names the env entries of those containers in reverse order, and sets one of each. */
    static String reordering(int n, int side) {
        String containers = inChunks(
                n,
                ENV_PER_CONTAINER,
                (number, names) -> "{\"name\":\"c" + number + "\",\"$setElementOrder/env\":[" + names + "],\"env\":["
                        + env(number * ENV_PER_CONTAINER, side) + "]}",
                i -> "{\"name\":\"SETTING_" + reversed(i, n) + "\"}");
        return "{\"spec\":{\"containers\":[" + containers + "]}}";
    }

    /** The mirrored index within its container. */
    private static int reversed(int i, int n) {
        int first = i - i % ENV_PER_CONTAINER;
        return first + Math.min(first + ENV_PER_CONTAINER, n) - 1 - i;
    }

    static String env(int number, int value) {
        return "{\"name\":\"SETTING_" + number + "\",\"value\":\"value-of-setting-" + value + "\"}";
    }

    static String envOfAnnotation(int number) {
        return "{\"name\":\"E" + number + "\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.annotations['a"
                + number + "']\"}}}";
    }

    /** The index on a side, where the new side has the reverse order. */
    static int at(int i, int n, int side) {
        return side == 1 ? i : n - 1 - i;
    }

    /**
     * Elements in lists that keep the limit of entries.
     *
     * @param wrap a list's number and its elements
     */
    static String inChunks(int n, int chunk, BiFunction<Integer, String, String> wrap, IntFunction<String> element) {
        return list(
                (n + chunk - 1) / chunk,
                number -> wrap.apply(
                        number, list(Math.min(chunk, n - number * chunk), i -> element.apply(number * chunk + i))));
    }

    /** One of 4,096 keys that have the same {@link String#hashCode()}. */
    static String collidingKey(int number) {
        StringBuilder key = new StringBuilder();
        for (int bit = 0; bit < 12; bit++) {
            key.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return key.toString();
    }
}
