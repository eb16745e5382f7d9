package io.inplaceguard.load;

import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** AdmissionReviews put together as text, so that they can be of any size and shape. */
public final class ReviewText {

    private ReviewText() {}

    /**
     * An update.
     *
     * @param version of the kind's API group, which is OpenKruise's but for a Pod
     */
    public static byte[] update(String kind, String version, String oldObject, String object) {
        return review(kind, version, "UPDATE", ",\"object\":" + object + ",\"oldObject\":" + oldObject);
    }

    /** A creation. */
    public static byte[] create(String kind, String version, String object) {
        return review(kind, version, "CREATE", ",\"object\":" + object);
    }

    private static byte[] review(String kind, String version, String operation, String objects) {
        String group = kind.equals("Pod") ? "" : "apps.kruise.io";
        return ("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\","
                        + "\"kind\":{\"group\":\"" + group + "\",\"version\":\"" + version + "\",\"kind\":\"" + kind
                        + "\"},\"operation\":\"" + operation + "\",\"name\":\"web\",\"namespace\":\"n\"" + objects
                        + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Elements with commas between them: of a list, or the members of an object. */
    public static String list(int size, IntFunction<String> element) {
        return IntStream.range(0, size).mapToObj(element).collect(Collectors.joining(","));
    }
}
