package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.kube.ResizeVersions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Versions of the API server and of OpenKruise that cannot resize together. */
final class Versions {

    private Versions() {}

    /**
     * Findings about versions.
     *
     * @param manager   Deployment of the OpenKruise manager; null where it cannot be read
     * @param installed what it is configured with; null where it is not known
     * @throws ApiException when the API server cannot be reached, or refuses discovery
     */
    static List<Finding> check(KubeApi api, @Nullable JsonNode manager, @Nullable OpenKruiseProfile installed) {
        String version = api.get("/version").body().path("gitVersion").asString("");
        ApiResources resources = new ApiResources(api);
        boolean resize = resources
                .find("", "v1", "Pod")
                .map(pods -> resources.has(pods, "resize"))
                .orElse(false);
        List<Finding> findings = check(version, resize);
        if (manager != null && installed != null && installed.verticalScaling() == VerticalScaling.REFUSED) {
            findings.add(new Finding(
                    Finding.Id.VERSION,
                    Inventory.identity(manager),
                    List.of(),
                    "OpenKruise is older than 1.9 and resizes pods in a way that API server " + version
                            + " refuses, so resizes never finish.",
                    "Upgrade OpenKruise to 1.9 or newer."));
        }
        return findings;
    }

    /**
     * Findings about the API server alone.
     *
     * @param version gitVersion, such as {@code v1.36.2}
     * @param resize  whether it serves {@code pods/resize}
     */
    static List<Finding> check(String version, boolean resize) {
        List<Finding> findings = new ArrayList<>();
        int minor = ResizeVersions.minor(version);
        if (minor >= 0 && minor < 27) {
            findings.add(apiServer(
                    "API server " + version + " cannot resize pods in place (1.27 and newer can).",
                    "Upgrade the cluster to change cpu and memory in place."));
        } else if (minor >= 32 && !resize) {
            findings.add(apiServer(
                    "API server " + version + " does not serve pods/resize, so no Pod can be resized.",
                    "Enable its feature gate InPlacePodVerticalScaling, which is on by default since 1.33."));
        }
        return findings;
    }

    private static Finding apiServer(String message, String remedy) {
        return new Finding(
                Finding.Id.VERSION,
                new ObjectIdentity("", "Version", "", "kube-apiserver"),
                List.of(),
                message,
                remedy);
    }
}
