package io.inplaceguard.template;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pairs of workloads whose change OpenKruise's and Kubernetes' own code has decided (cases/openkruise.jsonl.gz). */
public final class OpenKruiseCases {

    /** What OpenKruise does about a change. */
    public enum Decision {
        NO_CHANGE,
        IN_PLACE,
        RECREATE,
        /** A SidecarSet's existing pods are left as they are. */
        SKIP,
        /** OpenKruise's webhook writes no defaults into this kind. */
        NOT_DECIDED
    }

    /** What the API server does about the update that OpenKruise then sends. */
    public enum Api {
        ACCEPTS,
        REFUSES,
        NOT_ASKED
    }

    /**
     * One pair.
     *
     * @param before    the stored object, mostly without its update strategy
     * @param after     the wanted object
     * @param stored    the decision for the objects as they are
     * @param defaulted the decision once OpenKruise's webhook has written its defaults into both
     */
    public record Case(
            String id,
            String kind,
            String version,
            JsonNode before,
            JsonNode after,
            Decision stored,
            Decision defaulted,
            Api api) {

        @Override
        public String toString() {
            return id;
        }

        /** The defaults that OpenKruise's webhook writes into this kind. */
        public Defaulting defaulting() {
            return switch (kind) {
                case "DaemonSet" -> Defaulting.NONE;
                case "SidecarSet" -> Defaulting.SIDECAR_SET;
                default -> Defaulting.OPENKRUISE;
            };
        }

        /** Each pod template of the pair, compared. A UnitedDeployment has one for each subset. */
        public List<TemplateDiff> diffs(Defaulting defaulting) {
            List<PodTemplate> old = templates(before);
            List<PodTemplate> wanted = templates(after);
            List<TemplateDiff> diffs = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                diffs.add(TemplateDiff.between(old.get(i), wanted.get(i), defaulting));
            }
            return diffs;
        }

        private List<PodTemplate> templates(JsonNode object) {
            JsonNode spec = object.path("spec");
            return switch (kind) {
                case "SidecarSet" -> List.of(new PodTemplate(TemplateOrigin.SIDECARS, FieldPath.ROOT, null, spec));
                case "UnitedDeployment" -> children(spec);
                default -> List.of(PodTemplate.ofWorkload(FieldPath.of("spec.template"), spec.get("template")));
            };
        }

        private static List<PodTemplate> children(JsonNode spec) {
            List<PodTemplate> templates = new ArrayList<>();
            FieldPath path = FieldPath.of("spec.topology.subsets");
            for (JsonNode child : spec.path("template")) {
                PodTemplate template = PodTemplate.ofWorkload(
                        FieldPath.of("spec.template"), child.path("spec").get("template"));
                for (JsonNode subset : spec.path("topology").path("subsets")) {
                    JsonNode patch = subset.path("patch");
                    templates.add(patch.isObject() ? template.patched(path, patch) : template);
                }
            }
            return templates;
        }
    }

    private OpenKruiseCases() {}

    /** All pairs, in the order of the file. */
    public static Stream<Case> all() {
        JsonMapper json = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        var stream = Objects.requireNonNull(OpenKruiseCases.class.getResourceAsStream("/cases/openkruise.jsonl.gz"));
        try {
            return new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8))
                    .lines()
                    .map(json::readTree)
                    .map(OpenKruiseCases::read);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Case read(JsonNode line) {
        return new Case(
                line.path("id").asString(),
                line.path("kind").asString(),
                line.path("version").asString(),
                line.path("old"),
                line.path("new"),
                decision(line.path("stored")),
                decision(line.path("defaulted")),
                switch (line.path("api").asString("")) {
                    case "accepts" -> Api.ACCEPTS;
                    case "refuses" -> Api.REFUSES;
                    default -> Api.NOT_ASKED;
                });
    }

    private static Decision decision(JsonNode word) {
        return switch (word.asString("")) {
            case "nc" -> Decision.NO_CHANGE;
            case "ip" -> Decision.IN_PLACE;
            case "rc" -> Decision.RECREATE;
            case "skip" -> Decision.SKIP;
            default -> Decision.NOT_DECIDED;
        };
    }
}
