package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.guard.UpdateStrategy;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads the update strategy of the workload that owns a Pod. */
final class Owners {

    private Owners() {}

    /** The owner's strategy by its uid; nothing where there is no owner of OpenKruise or it cannot be read. */
    static OwnerStrategies of(KubeApi api, ApiResources resources, JsonNode object) {
        for (JsonNode owner : object.at("/metadata/ownerReferences")) {
            String[] version = owner.path("apiVersion").asString("").split("/", 2);
            String kind = owner.path("kind").asString("");
            if (!owner.path("controller").asBoolean(false) || version.length < 2) {
                continue;
            }
            ObjectIdentity identity = new ObjectIdentity(
                    version[0],
                    kind,
                    object.at("/metadata/namespace").asString(""),
                    owner.path("name").asString(""));
            KubeApi.Response response = resources
                    .find(version[0], version[1], kind)
                    .map(resource -> api.get(resource.path(identity)))
                    .orElse(null);
            if (response != null && response.ok()) {
                JsonNode policy =
                        response.body().path("metadata").path("annotations").path(AnnotationKeys.UPDATE_POLICY);
                UpdateStrategy strategy =
                        UpdateStrategy.ofOwner(kind, version[1], response.body().path("spec"), policy.asString(""));
                return OwnerStrategies.in(Map.of(owner.path("uid").asString(""), strategy));
            }
        }
        return OwnerStrategies.UNKNOWN;
    }
}
