package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
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
     * @param apiServer gitVersion, such as {@code v1.36.2}
     * @param manager   Deployment of the OpenKruise manager; null where it cannot be read
     * @param profile   its gates
     */
    static List<Finding> check(String apiServer, @Nullable JsonNode manager, OpenKruiseProfile profile) {
        List<Finding> findings = new ArrayList<>();
        int kubernetes = minor(apiServer);
        if (kubernetes >= 0 && kubernetes < 27) {
            findings.add(new Finding(
                    Finding.Id.VERSION,
                    new ObjectIdentity("", "Version", "", "kube-apiserver"),
                    List.of(),
                    "API server " + apiServer + " cannot resize pods in place (1.27 and newer can).",
                    "Upgrade the cluster to change cpu and memory in place."));
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

    /** The minor version of 1.x; -1 where the text is not a version, such as an image's digest. */
    private static int minor(String version) {
        Matcher matcher = VERSION.matcher(version);
        return matcher.lookingAt() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
