package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Versions of the API server and of OpenKruise that cannot resize together. */
final class Versions {

    private static final Pattern VERSION = Pattern.compile("v?1\\.(\\d{1,3})(\\.\\d+)?");

    private Versions() {}

    /**
     * Findings about versions.
     *
     * @param manager Deployment of the OpenKruise manager; null where it cannot be read
     * @param profile its gates
     * @throws ApiException when the API server cannot be reached, or refuses discovery
     */
    static List<Finding> check(KubeApi api, @Nullable JsonNode manager, OpenKruiseProfile profile) {
        String version = api.get("/version").body().path("gitVersion").asString("");
        ApiResources resources = new ApiResources(api);
        boolean resize = resources
                .find("", "v1", "Pod")
                .map(pods -> resources.has(pods, "resize"))
                .orElse(false);
        return check(version, resize, manager, profile);
    }

    /**
     * The same of what was read.
     *
     * @param apiServer gitVersion, such as {@code v1.36.2}
     * @param resize    whether it serves {@code pods/resize}
     */
    static List<Finding> check(
            String apiServer, boolean resize, @Nullable JsonNode manager, OpenKruiseProfile profile) {
        List<Finding> findings = new ArrayList<>();
        int kubernetes = minor(apiServer);
        if (kubernetes >= 0 && kubernetes < 27) {
            findings.add(apiServer(
                    "API server " + apiServer + " cannot resize pods in place (1.27 and newer can).",
                    "Upgrade the cluster to change cpu and memory in place."));
        } else if (kubernetes >= 32 && !resize) {
            findings.add(apiServer(
                    "API server " + apiServer + " does not serve pods/resize, so no Pod can be resized.",
                    "Enable its feature gate InPlacePodVerticalScaling, which is on by default since 1.33."));
        }
        if (manager == null || profile.verticalScaling() != VerticalScaling.ENABLED) {
            return findings;
        }
        String image = manager.at("/spec/template/spec/containers/0/image").asString("");
        int kruise = minor(image.substring(image.lastIndexOf(':') + 1));
        // OpenKruise uses pods/resize from 1.9 on; before, it updates the Pod itself, which newer API servers refuse.
        if (kruise >= 0 && kruise < 9 && kubernetes >= 33) {
            findings.add(new Finding(
                    Finding.Id.VERSION,
                    Inventory.identity(manager),
                    List.of("spec.template.spec.containers[0].image"),
                    "OpenKruise 1." + kruise + " resizes pods in a way that API server " + apiServer
                            + " refuses, so resizes never finish.",
                    "Upgrade OpenKruise to 1.9 or newer."));
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

    /** The minor version of 1.x; -1 where the text is not a version, such as an image's digest. */
    private static int minor(String version) {
        Matcher matcher = VERSION.matcher(version);
        return matcher.lookingAt() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
