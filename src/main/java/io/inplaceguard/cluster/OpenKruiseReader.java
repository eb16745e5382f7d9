package io.inplaceguard.cluster;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.kube.FeatureGates;
import io.inplaceguard.kube.FeatureGates.ManagerContainer;
import io.inplaceguard.kube.ResizeVersions;
import io.inplaceguard.settings.Settings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads OpenKruise's feature gates from the argument {@code --feature-gates} of its manager's Deployment, and whether the API
 * server accepts how it resizes pods.
 */
public final class OpenKruiseReader {

    private OpenKruiseReader() {}

    /**
     * The profile; null where the Deployment cannot be read or its arguments do not show it.
     *
     * @throws ApiException when the API server cannot be reached or refuses discovery
     */
    public static @Nullable OpenKruiseProfile read(KubeApi api, Settings.OpenKruise where) {
        JsonNode deployment = deployment(api, where);
        return deployment == null ? null : profile(api, deployment);
    }

    /** The manager's Deployment; null where it cannot be read. */
    public static @Nullable JsonNode deployment(KubeApi api, Settings.OpenKruise where) {
        KubeApi.Response response = api.get("/apis/apps/v1/namespaces/" + encoded(where.namespace()) + "/deployments/"
                + encoded(where.deployment()));
        return response.ok() ? response.body() : null;
    }

    /**
     * The profile that a Deployment's arguments configure in this cluster; null where they do not show it.
     *
     * @throws ApiException when the API server cannot be reached or refuses discovery
     */
    public static @Nullable OpenKruiseProfile profile(KubeApi api, JsonNode deployment) {
        OpenKruiseProfile gates = gates(deployment);
        return gates == null
                ? null
                : ResizeVersions.effective(
                        gates,
                        () -> api.get("/version").body().path("gitVersion").asString(""),
                        () -> new ApiResources(api)
                                .find(ResizeVersions.GROUP, ResizeVersions.VERSION, ResizeVersions.KIND)
                                .isPresent());
    }

    /** The gates that a Deployment's arguments configure; null where they do not show them. */
    static @Nullable OpenKruiseProfile gates(JsonNode deployment) {
        List<ManagerContainer> containers = new ArrayList<>();
        for (JsonNode container : deployment.at("/spec/template/spec/containers")) {
            containers.add(ManagerContainer.of(
                    container.path("name").asString(""),
                    strings(container.path("command")),
                    strings(container.path("args"))));
        }
        return FeatureGates.profile(containers).orElse(null);
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(each -> each.asString("")).toList();
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8);
    }
}
