package io.inplaceguard.integration;

import io.fabric8.kubernetes.client.Config;
import io.inplaceguard.e2e.Api;

/**
 * The cluster of {@link OpenKruiseIT}, with the tracker, until its standard input ends: to run {@code make e2e} where no other
 * cluster is. Prints the kubeconfig's path; the context is {@code it}.
 */
final class LocalCluster {

    private LocalCluster() {}

    /** @param args OpenKruise's feature gates, if any */
    public static void main(String[] args) throws Exception {
        try (Cluster cluster = new Cluster("local")) {
            OpenKruise kruise = OpenKruise.install(
                    cluster,
                    OpenKruise.binary().orElseThrow(),
                    args.length == 0 ? "InPlaceWorkloadVerticalScaling=true" : args[0]);
            new Installation(cluster, "tracker.enabled=true").startTracker();
            try (Api api =
                    new Api(Config.fromKubeconfig(cluster.kubeconfig("admin").toFile()))) {
                Kubelet kubelet = new Kubelet(api);
                System.out.println("KUBECONFIG=" + cluster.kubeconfig("admin"));
                while (System.in.read() >= 0) {
                    // Until the end.
                }
                kubelet.close();
            }
            kruise.stop();
        }
    }
}
