package io.inplaceguard.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The chart in a cluster, installed by the helm of the PATH where it is not there yet. */
final class Helm {

    /** Of the release and of its namespace. */
    static final String NAME = "inplace-guard";

    private Helm() {}

    /** The version of the chart that is in the cluster; empty where none is. */
    static String installed(Api api) throws IOException {
        return api.get("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
                        + "?labelSelector=app.kubernetes.io/name%3Dinplace-guard")
                .orFail()
                .body()
                .at("/items/0/metadata/labels/app.kubernetes.io~1version")
                .asString("");
    }

    /** @param image repository and tag, or empty for the chart's own */
    static void install(String context, String image) throws IOException, InterruptedException {
        List<String> values = new ArrayList<>(List.of("--set", "tracker.enabled=true"));
        int colon = image.lastIndexOf(':');
        if (colon > 0) {
            values.addAll(List.of(
                    "--set", "image.repository=" + image.substring(0, colon),
                    "--set-string", "image.tag=" + image.substring(colon + 1)));
        }
        List<String> command = new ArrayList<>(List.of(
                "helm", "install", NAME, "charts/inplace-guard", "--kube-context", context, "--namespace", NAME));
        command.addAll(List.of("--create-namespace", "--wait", "--timeout", "5m"));
        command.addAll(values);
        run(command);
    }

    static void uninstall(String context) throws IOException, InterruptedException {
        run(List.of("helm", "uninstall", NAME, "--kube-context", context, "--namespace", NAME, "--wait"));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroy();
            throw new AssertionError("failed: " + String.join(" ", command));
        }
    }
}
