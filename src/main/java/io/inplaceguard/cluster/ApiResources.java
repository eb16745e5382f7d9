package io.inplaceguard.cluster;

import io.inplaceguard.check.report.ObjectIdentity;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Where the API server serves a kind, read from its discovery documents, once per group and version. */
public final class ApiResources {

    /**
     * A kind as it is served.
     *
     * @param prefix     such as {@code /apis/apps.kruise.io/v1beta1}
     * @param plural     such as {@code clonesets}
     * @param namespaced whether its objects are in namespaces
     */
    public record Resource(String prefix, String plural, boolean namespaced) {

        /** The path of one object. */
        public String path(ObjectIdentity object) {
            return collection(object.namespace()) + "/" + encoded(object.name());
        }

        /** The path of a namespace's objects; of all objects for an empty namespace. */
        public String collection(String namespace) {
            return prefix
                    + (namespaced && !namespace.isEmpty() ? "/namespaces/" + encoded(namespace) : "")
                    + "/"
                    + plural;
        }

        private static String encoded(String segment) {
            return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
        }
    }

    private final KubeApi api;
    private final Map<String, JsonNode> known = new HashMap<>();

    /** Nothing is read before it is needed. */
    public ApiResources(KubeApi api) {
        this.api = api;
    }

    /**
     * The kind's resource; empty where the cluster does not serve it.
     *
     * @throws ApiException when the API server cannot be reached or refuses discovery
     */
    public Optional<Resource> find(String group, String version, String kind) {
        String prefix = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
        for (JsonNode resource : resources(prefix)) {
            String name = resource.path("name").asString("");
            if (resource.path("kind").asString("").equals(kind) && !name.contains("/")) {
                return Optional.of(
                        new Resource(prefix, name, resource.path("namespaced").asBoolean(false)));
            }
        }
        return Optional.empty();
    }

    /** Whether the kind has that subresource, such as {@code resize} of pods. */
    public boolean has(Resource resource, String subresource) {
        for (JsonNode each : resources(resource.prefix())) {
            if (each.path("name").asString("").equals(resource.plural() + "/" + subresource)) {
                return true;
            }
        }
        return false;
    }

    private JsonNode resources(String prefix) {
        return known.computeIfAbsent(prefix, key -> {
            KubeApi.Response response = api.get(key);
            if (!response.ok() && response.code() != 404) {
                throw new ApiException(response.code(), response.message());
            }
            return response.body().path("resources");
        });
    }
}
