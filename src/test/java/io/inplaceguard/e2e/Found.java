package io.inplaceguard.e2e;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a cluster runs.
 *
 * @param kubernetes the API server's version
 * @param openkruise the image of OpenKruise's manager
 * @param scaling    whether its gate InPlaceWorkloadVerticalScaling is on
 * @param served     its kinds and versions, as {@code CloneSet v1beta1}
 * @param kubelet    whether a kubelet has renewed its Lease within a minute
 */
record Found(String kubernetes, String openkruise, boolean scaling, List<String> served, boolean kubelet) {

    private static final String MANAGER =
            "/apis/apps/v1/namespaces/kruise-system/deployments/kruise-controller-manager";
    private static final Pattern GATES = Pattern.compile("--feature-gates=(\\S*)");

    static Found in(Api api) throws IOException {
        JsonNode manager = api.get(MANAGER).orFail().body();
        JsonNode container = manager.at("/spec/template/spec/containers/0");
        return new Found(
                api.get("/version").orFail().body().path("gitVersion").asString(),
                container.path("image").asString(),
                isOn(container.path("command") + " " + container.path("args")),
                served(api),
                hasKubelet(api));
    }

    /** A gate that is named counts more than all alpha gates; the later of two counts. */
    private static boolean isOn(String command) {
        boolean all = false;
        Boolean own = null;
        Matcher arguments = GATES.matcher(command.replace('"', ' '));
        while (arguments.find()) {
            for (String gate : arguments.group(1).split(",")) {
                if (gate.startsWith("InPlaceWorkloadVerticalScaling=")) {
                    own = gate.endsWith("true");
                } else if (gate.startsWith("AllAlpha=")) {
                    all = gate.endsWith("true");
                }
            }
        }
        return own == null ? all : own;
    }

    private static List<String> served(Api api) throws IOException {
        List<String> kinds = new ArrayList<>();
        for (JsonNode version : api.get("/apis/apps.kruise.io").orFail().body().path("versions")) {
            String path = "/apis/" + version.path("groupVersion").asString();
            for (JsonNode kind : api.get(path).orFail().body().path("resources")) {
                if (!kind.path("name").asString().contains("/")) {
                    kinds.add(kind.path("kind").asString() + " "
                            + version.path("version").asString());
                }
            }
        }
        return kinds.stream().sorted(Comparator.naturalOrder()).toList();
    }

    private static boolean hasKubelet(Api api) throws IOException {
        JsonNode leases = api.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")
                .body()
                .path("items");
        for (JsonNode lease : leases) {
            Instant renewed = Instant.parse(lease.at("/spec/renewTime").asString("1970-01-01T00:00:00Z"));
            if (renewed.isAfter(Instant.now().minus(Duration.ofMinutes(1)))) {
                return true;
            }
        }
        return false;
    }

    /** @param guard the chart's version */
    String text(String guard) {
        return """
                | found | |
                | --- | --- |
                | inplace-guard | %s |
                | Kubernetes | %s |
                | OpenKruise | %s |
                | InPlaceWorkloadVerticalScaling | %s |
                | kubelet | %s |
                """.formatted(
                        guard,
                        kubernetes,
                        openkruise,
                        scaling ? "on" : "off",
                        kubelet ? "yes" : "none: that containers restart and cgroups change was not seen");
    }
}
