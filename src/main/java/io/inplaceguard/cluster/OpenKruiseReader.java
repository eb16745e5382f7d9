package io.inplaceguard.cluster;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.settings.Settings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads OpenKruise's feature gates from the argument {@code --feature-gates} of its manager's Deployment. */
public final class OpenKruiseReader {

    private static final String FLAG = "--feature-gates";

    private OpenKruiseReader() {}

    /**
     * The profile; null where the Deployment cannot be read.
     *
     * @throws ApiException when the API server cannot be reached
     */
    public static @Nullable OpenKruiseProfile read(KubeApi api, Settings.OpenKruise where) {
        JsonNode deployment = deployment(api, where);
        return deployment == null ? null : profile(deployment);
    }

    /** The manager's Deployment; null where it cannot be read. */
    public static @Nullable JsonNode deployment(KubeApi api, Settings.OpenKruise where) {
        KubeApi.Response response = api.get("/apis/apps/v1/namespaces/" + encoded(where.namespace()) + "/deployments/"
                + encoded(where.deployment()));
        return response.ok() ? response.body() : null;
    }

    /** The profile that a Deployment's arguments configure. */
    static OpenKruiseProfile profile(JsonNode deployment) {
        Map<String, Boolean> gates = new HashMap<>();
        for (JsonNode container : deployment.at("/spec/template/spec/containers")) {
            read(container.path("command"), gates);
            read(container.path("args"), gates);
        }
        // Both gates are alpha in OpenKruise 1.7 to 1.9, so off unless they or all alpha gates are enabled.
        boolean alpha = gates.getOrDefault("AllAlpha", false);
        return new OpenKruiseProfile(
                gates.getOrDefault("InPlaceWorkloadVerticalScaling", alpha)
                        ? VerticalScaling.ENABLED
                        : VerticalScaling.DISABLED,
                !gates.getOrDefault("TemplateNoDefaults", alpha));
    }

    private static void read(JsonNode arguments, Map<String, Boolean> gates) {
        boolean next = false;
        for (JsonNode each : arguments) {
            String argument = each.asString("");
            if (next) {
                parse(argument, gates);
            } else if (argument.startsWith(FLAG + "=")) {
                parse(argument.substring(FLAG.length() + 1), gates);
            }
            next = argument.equals(FLAG);
        }
    }

    private static void parse(String list, Map<String, Boolean> gates) {
        for (String gate : list.split(",", -1)) {
            int equals = gate.indexOf('=');
            if (equals > 0) {
                // Go's strconv.ParseBool
                String value = gate.substring(equals + 1).strip().toLowerCase(Locale.ROOT);
                gates.put(
                        gate.substring(0, equals).strip(),
                        value.equals("true") || value.equals("t") || value.equals("1"));
            }
        }
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8);
    }
}
