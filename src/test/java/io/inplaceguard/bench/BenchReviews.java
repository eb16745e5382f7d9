package io.inplaceguard.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reviews of the sizes that are measured, grown from recorded ones: an image changes in an object held to InPlaceOnly, so
 * that the whole path is walked. As in real objects about half of each is managedFields and status.
 */
public final class BenchReviews {

    private static final JsonMapper JSON = new JsonMapper();

    private BenchReviews() {}

    static byte[] pod7k() {
        return grown("pod.image.validate.json", "/spec", 7_000);
    }

    static byte[] cloneSet20k() {
        return grown("cloneset-v1beta1-InPlaceOnly.image.validate.json", "/spec/template/spec", 20_000);
    }

    static byte[] pod100k() {
        return grown("pod.image.validate.json", "/spec", 100_000);
    }

    private static byte[] grown(String name, String podSpec, int size) {
        JsonNode review = read(name);
        for (String side : new String[] {"object", "oldObject"}) {
            ObjectNode object = review.at("/request/" + side).asObject();
            ObjectNode metadata = object.path("metadata").asObject();
            metadata.withObject("/annotations").put("inplace-guard.io/update-policy", "InPlaceOnly");
            metadata.withArray("/managedFields").removeAll();
        }
        for (int i = 0; review.toString().length() < size; i++) {
            for (String side : new String[] {"object", "oldObject"}) {
                ObjectNode object = review.at("/request/" + side).asObject();
                object.at(podSpec + "/containers/" + i % 2)
                        .asObject()
                        .withArray("/env")
                        .addObject()
                        .put("name", "SETTING_" + i)
                        .put("value", "value-of-setting-" + i);
                object.path("metadata")
                        .asObject()
                        .withArray("/managedFields")
                        .addObject()
                        .put("manager", "controller-" + i)
                        .put("operation", "Update")
                        .withObject("/fieldsV1")
                        .putObject("f:spec")
                        .putObject("f:field-" + i);
            }
        }
        return review.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode read(String name) {
        try (InputStream stream = BenchReviews.class.getResourceAsStream("/reviews/" + name)) {
            return JSON.readTree(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the three reviews into a folder, for a load tool. */
    static void writeTo(Path folder) throws IOException {
        Files.write(folder.resolve("pod-7k.json"), pod7k());
        Files.write(folder.resolve("cloneset-20k.json"), cloneSet20k());
        Files.write(folder.resolve("pod-100k.json"), pod100k());
    }
}
