package io.inplaceguard.cluster;

import io.inplaceguard.check.ClusterOptions;
import io.inplaceguard.check.InputException;
import io.inplaceguard.check.LiveCluster;
import io.inplaceguard.check.ManifestObject;
import java.util.Optional;

/** Reads live objects for {@code check --cluster}. */
public final class ClusterReader {

    private ClusterReader() {}

    /**
     * Opens the cluster that the options select.
     *
     * @throws InputException when the kubeconfig cannot be read
     */
    public static LiveCluster open(ClusterOptions options) {
        KubeApi api = KubeApi.connect(options);
        ApiResources resources = new ApiResources(api);
        return new LiveCluster(
                api.namespace(),
                manifest -> stored(api, resources, manifest),
                openkruise -> OpenKruiseReader.read(api, openkruise),
                api::close);
    }

    private static Optional<ManifestObject> stored(KubeApi api, ApiResources resources, ManifestObject manifest) {
        try {
            Optional<String> path = resources
                    .find(
                            manifest.identity().group(),
                            manifest.version(),
                            manifest.identity().kind())
                    .map(resource -> resource.path(manifest.identity()));
            if (path.isEmpty()) {
                return Optional.empty();
            }
            KubeApi.Response response = api.get(path.get());
            if (!response.ok() && response.code() != 404) {
                throw new InputException("Cannot read " + manifest.identity() + ": " + response.message() + ".");
            }
            return response.ok() ? Optional.of(ManifestObject.live(response.body())) : Optional.empty();
        } catch (ApiException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }
}
