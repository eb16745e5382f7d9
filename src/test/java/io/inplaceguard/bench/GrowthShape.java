package io.inplaceguard.bench;

import static io.inplaceguard.bench.GrownObjects.at;
import static io.inplaceguard.bench.GrownObjects.cloneSetSpec;
import static io.inplaceguard.bench.GrownObjects.cloneSets;
import static io.inplaceguard.bench.GrownObjects.collidingKey;
import static io.inplaceguard.bench.GrownObjects.container;
import static io.inplaceguard.bench.GrownObjects.containers;
import static io.inplaceguard.bench.GrownObjects.describedCloneSets;
import static io.inplaceguard.bench.GrownObjects.env;
import static io.inplaceguard.bench.GrownObjects.inChunks;
import static io.inplaceguard.bench.GrownObjects.object;
import static io.inplaceguard.bench.GrownObjects.pods;
import static io.inplaceguard.bench.GrownObjects.reordering;
import static io.inplaceguard.bench.GrownObjects.resized;
import static io.inplaceguard.bench.GrownObjects.united;
import static io.inplaceguard.bench.GrownObjects.update;
import static io.inplaceguard.load.ReviewText.list;

import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.load.ReviewText;
import java.util.function.IntFunction;

/** Reviews that grow: of each shape there is one with n elements, whose bytes are proportional to n. */
enum GrowthShape {
    STATUS(
            "spec unchanged",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + containers(n, i -> env(i, 1)) + "]")),
    WHITE_SPACE(
            "white space",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + " \n".repeat(n) + container("app", side, "") + "]")),
    CONTAINERS(
            "containers, each with another image",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + list(n, i -> container("c" + i, side, "")) + "]")),
    CONTAINERS_REORDERED(
            "containers in reverse order",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + list(n, i -> container("c" + at(i, n, side), 1, "")) + "]")),
    CONTAINERS_OF_ONE_NAME(
            "containers of one name",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + list(n, i -> container("c", side, "")) + "]")),
    POD_RESIZED(
            "Pod, each container resized",
            Endpoint.VALIDATE,
            n -> pods(side -> "\"containers\":[" + list(n, i -> resized("c" + i, side)) + "]")),
    POD_PROPOSED(
            "Pod, each container resized",
            Endpoint.MUTATE,
            n -> pods(side -> "\"containers\":[" + list(n, i -> resized("c" + i, side)) + "]")),
    ENV(
            "env entries, each changed",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + containers(n, i -> env(i, side)) + "]")),
    ENV_REORDERED(
            "env entries in reverse order",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[" + containers(n, i -> env(at(i, n, side), 1)) + "]")),
    ENV_OF_ANNOTATIONS(
            "env entries that read changed annotations",
            Endpoint.VALIDATE,
            n -> cloneSets(
                    side -> "\"annotations\":{" + list(n, i -> "\"a" + i + "\":\"" + side + "\"") + "}",
                    side -> "\"containers\":[" + containers(n, GrownObjects::envOfAnnotation) + "]")),
    ARGS(
            "args, each changed",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":["
                    + inChunks(
                            n,
                            5_000,
                            (c, args) -> container("c" + c, 1, ",\"args\":[" + args + "]"),
                            i -> "\"--setting-" + i + "=" + side + "\"")
                    + "]")),
    TOLERATIONS(
            "tolerations in reverse order",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"tolerations\":["
                    + list(n, i -> "{\"key\":\"k" + at(i, n, side) + "\",\"operator\":\"Exists\"}") + "]")),
    VOLUMES(
            "volumes, each replaced",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"volumes\":["
                    + list(n, i -> "{\"name\":\"v" + side + "-" + i + "\",\"emptyDir\":{}}") + "]")),
    DEEP(
            "values 190 levels deep, each changed",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"deep\":["
                    + list(n, i -> "{\"a\":".repeat(185) + side + "}".repeat(185)) + "]")),
    DEEPER(
            "one value, ever deeper",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"deep\":" + "[".repeat(n) + side + "]".repeat(n))),
    EMPTY_MAPS(
            "empty maps",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"x\":" + side + ",\"maps\":["
                    + inChunks(n, 5_000, (c, maps) -> "[" + maps + "]", i -> "{}") + "]")),
    KEYS(
            "keys that have one hash",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"maps\":["
                    + inChunks(
                            n,
                            4_096,
                            (c, members) -> "{" + members + "}",
                            i -> "\"" + collidingKey(i % 4_096) + "\":" + side)
                    + "]")),
    ESCAPES(
            "one text full of escapes",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":["
                    + container("app", 1, ",\"args\":[\"" + "\\u00e9\\n".repeat(n) + side + "\"]") + "]")),
    DIGITS(
            "one long number",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":[],\"x\":" + side + "1".repeat(n))),
    QUANTITIES(
            "quantities, each changed",
            Endpoint.VALIDATE,
            n -> cloneSets(side -> "\"containers\":["
                    + inChunks(
                            n,
                            5_000,
                            (c, limits) -> container("c" + c, 1, ",\"resources\":{\"limits\":{" + limits + "}}"),
                            i -> "\"example.com/r" + i + "\":\"" + (i + side) + ".123456789Gi\"")
                    + "]")),
    TEMPLATE_LABELS(
            "template labels whose keys are not valid",
            Endpoint.VALIDATE,
            n -> cloneSets(
                    side -> "\"labels\":{" + list(n, i -> "\"" + "a-".repeat(120) + i + "!/b\":\"" + side + "\"") + "}",
                    side -> "\"containers\":[]")),
    ANNOTATIONS(
            "annotations of the object, each changed",
            Endpoint.VALIDATE,
            n -> describedCloneSets(side ->
                    "\"annotations\":{" + list(n, i -> "\"example.com/a" + i + "\":\"value-" + side + "\"") + "}")),
    MANAGED_FIELDS(
            "managedFields, each changed",
            Endpoint.VALIDATE,
            n -> describedCloneSets(side -> "\"managedFields\":["
                    + list(
                            n,
                            i -> "{\"manager\":\"m" + i + "\",\"fieldsV1\":{\"f:spec\":{\"f:field-" + i + "-" + side
                                    + "\":{}}}}")
                    + "]")),
    CLAIM_TEMPLATES(
            "claim templates, each renamed",
            Endpoint.VALIDATE,
            n -> update(
                    "StatefulSet",
                    "v1beta1",
                    side -> object(
                            "",
                            "\"updateStrategy\":{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}},\"template\":{\"spec\":{\"containers\":[]}},"
                                    + "\"volumeClaimTemplates\":["
                                    + list(n, i -> "{\"metadata\":{\"name\":\"c" + side + "-" + i + "\"},\"spec\":{}}")
                                    + "]"))),
    SIDECARS(
            "SidecarSet, each container changed",
            Endpoint.VALIDATE,
            n -> update(
                    "SidecarSet",
                    "v1alpha1",
                    side -> object(
                            GrownObjects.ENFORCED,
                            "\"containers\":[" + list(n, i -> container("c" + i, 1, ",\"args\":[\"" + side + "\"]"))
                                    + "]"))),
    SUBSETS(
            "subsets, each patch changed",
            Endpoint.VALIDATE,
            n -> united(
                    side -> container("app", side, ""),
                    n,
                    (i, side) -> "{\"spec\":{\"containers\":[{\"name\":\"app\",\"env\":[" + env(i, side) + "]}]}}")),
    SUBSETS_AND_CONTAINERS(
            "as many subsets as containers, each container changed",
            Endpoint.VALIDATE,
            n -> united(
                    side -> list(n, i -> container("c" + i, 1, ",\"env\":[" + env(1, side) + "]")),
                    n,
                    (i, side) -> "{\"spec\":{\"hostname\":\"h\"}}")),
    SUBSETS_PLACED(
            "as many subsets as containers, each placed by labels of nodes",
            Endpoint.VALIDATE,
            n -> united(
                    side -> list(n, i -> container("c" + i, 1, ",\"env\":[" + env(1, side) + "]")),
                    n,
                    (i, side) -> "{\"spec\":{\"nodeSelector\":{\"zone\":\"z" + i + "\"}}}")),
    SUBSETS_OVER_CONTAINERS(
            "as many subsets as containers, one field changed",
            Endpoint.VALIDATE,
            n -> united(
                    side -> list(n, i -> container("c" + i, 1, "")) + "],\"initContainers\":["
                            + container("init", side, ""),
                    n,
                    (i, side) -> "{\"spec\":{\"hostname\":\"h\"}}")),
    SUBSETS_RESIZED(
            "as many subsets as containers, each container resized",
            Endpoint.MUTATE,
            n -> united(
                    side -> list(n, i -> resized("c" + i, side)),
                    n,
                    (i, side) -> "{\"spec\":{\"hostname\":\"h" + side + "\"}}")),
    PATCH(
            "patch of one subset, in reverse order",
            Endpoint.VALIDATE,
            n -> united(side -> containers(n, i -> env(i, 1)), 1, (i, side) -> reordering(n, side))),
    DEFAULTED(
            "new CloneSet, each container without resizePolicy",
            Endpoint.MUTATE,
            n -> ReviewText.create(
                    "CloneSet",
                    "v1alpha1",
                    object("", cloneSetSpec("", "\"containers\":[" + list(n, i -> container("c" + i, 1, "")) + "]")))),
    RESTORED(
            "each container's resizePolicy omitted",
            Endpoint.MUTATE,
            n -> cloneSets(side -> "\"containers\":["
                    + list(
                            n,
                            i -> container(
                                    "c" + i,
                                    side,
                                    side == 2
                                            ? ""
                                            : ",\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"}]"))
                    + "]"));

    private final String label;
    private final Endpoint endpoint;
    private final IntFunction<byte[]> review;

    GrowthShape(String label, Endpoint endpoint, IntFunction<byte[]> review) {
        this.label = label;
        this.endpoint = endpoint;
        this.review = review;
    }

    /** What grows, for a table. */
    String label() {
        return label;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** A review of about that many bytes. */
    byte[] review(int bytes) {
        int few = review.apply(8).length;
        int more = review.apply(40).length;
        long n = Math.max(1, (bytes - few) * 32L / (more - few) + 8);
        // Numbers with more digits make later elements longer.
        long again = n * bytes / review.apply((int) n).length;
        return review.apply((int) Math.max(1, again));
    }
}
