package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.rule.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** One edit of one CloneSet or Pod a line, and what the guard says of it. */
class GuardTest {

    private static final Guard GUARD = new Guard(
            GuardSettings.DEFAULTS,
            OwnerStrategies.UNKNOWN,
            () -> new OpenKruiseProfile(OpenKruiseProfile.VerticalScaling.ENABLED, true));
    private static final String SPEC = "/spec/template/spec";

    @ParameterizedTest(name = "{0} = {1}: [{2}] at {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/containers/0/env/0/value                   | \"x\"            | not-in-place       | containers[name=app].env[name=MODE].value",
                "/containers/0/env/0                         | -                | not-in-place       | containers[name=app].env[name=MODE]",
                "/containers/0/env/+                         | {\"name\":\"B\"} | not-in-place       | containers[name=app].env[name=B]",
                "/containers/0/env                           | [{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"MODE\",\"value\":\"s3cret\"}] | not-in-place | containers[name=app].env",
                "/containers/0/args                          | [\"\"]           | not-in-place       | containers[name=app].args",
                "/containers/0/imagePullPolicy               | \"IfNotPresent\" | not-in-place       | containers[name=app].imagePullPolicy",
                "/containers/0/ports/0/containerPort         | 9090             | not-in-place       | containers[name=app].ports",
                "/containers/0/livenessProbe/periodSeconds   | 20               | not-in-place       | containers[name=app].livenessProbe.periodSeconds",
                "/containers/0/livenessProbe                 | -                | not-in-place       | containers[name=app].livenessProbe",
                "/containers/0/securityContext               | {}               | not-in-place       | containers[name=app].securityContext",
                "/containers/0/lifecycle                     | {}               | not-in-place       | containers[name=app].lifecycle",
                "/containers/0/newField                      | \"x\"            | not-in-place       | containers[name=app].newField",
                "/affinity                                   | {}               | not-in-place       | affinity",
                "/enableServiceLinks                         | true             | not-in-place       | enableServiceLinks",
                "/automountServiceAccountToken               | false            | not-in-place       | automountServiceAccountToken",
                "/terminationGracePeriodSeconds              | 0                | not-in-place       | terminationGracePeriodSeconds",
                "/volumes/+                                  | {\"name\":\"t\"} | not-in-place       | volumes[name=t]",
                "/volumes/1/configMap/name                   | \"d\"            | not-in-place       | volumes[name=conf].configMap.name",
                "/initContainers/0/image                     | \"x:2\"          | not-in-place       | initContainers[name=migrate].image",
                "/initContainers/1/resources                 | {\"limits\":{\"cpu\":\"1\"}} | not-in-place | initContainers[name=mesh].resources.limits.cpu",
                "/resources                                  | {\"limits\":{\"cpu\":\"2\"}} | not-in-place | spec.resources",
                "/nodeSelector                               | {\"disk\":\"ssd\"} | not-in-place     | nodeSelector.disk",
                "/containers/1                               | -                | container-set      | containers[name=log]",
                "/containers/+                               | {\"name\":\"x\",\"image\":\"y\"} | container-set | containers[name=x]",
                "/containers/0/name                          | \"web\"          | container-set      | containers[name=web]",
                "/containers/1/name                          | \"app\"          | container-set      | containers[name=app]",
                "/containers/0/image                         | -                | image-invalid      | containers[name=app].image",
                "/containers/0/image                         | \"\"             | image-invalid      | containers[name=app].image",
                "/containers/0/image                         | \" web:2\"       | image-invalid      | containers[name=app].image",
                "/containers/0/image                         | \"web:2\\n\"     | image-invalid      | containers[name=app].image",
                "/containers/1/resources/limits/ephemeral-storage | \"2Gi\"     | resource-kind      | containers[name=log].resources.limits.ephemeral-storage",
                "/containers/1/resources/limits/nvidia.com~1gpu   | 1           | resource-kind      | containers[name=log].resources.limits[nvidia.com/gpu]",
                "/containers/0/resources/claims              | [{\"name\":\"g\"}] | resource-kind    | containers[name=app].resources.claims",
                "/containers/0/resources/limits/memory       | -                | resource-set       | containers[name=app].resources.limits.memory",
                "/containers/0/resources                     | -                | resource-set       | containers[name=app].resources.requests.cpu",
                "/containers/1/resources/requests/memory     | \"1Mi\"          | resource-set       | containers[name=log].resources.requests.memory",
                "/containers/0/resources/requests/cpu        | \"1001m\"        | resource-bounds    | containers[name=app].resources.requests.cpu",
                "/containers/1/resources/limits/memory       | \"64Mi\"         | resize-unsupported | containers[name=log].resources.limits.memory",
                "/containers/0/resizePolicy                  | -                | resize-policy      | containers[name=app].resizePolicy",
                "/containers/0/resizePolicy/0/restartPolicy  | \"Restart\"      | resize-policy      | containers[name=app].resizePolicy",
                "/containers                                 | \"x\"            | malformed          | spec.template.spec.containers",
                "/containers                                 | {}               | malformed          | spec.template.spec.containers",
                "/containers/0                               | \"x\"            | malformed          | containers",
                "/containers/0/image                         | 5                | malformed          | containers[name=app].image",
                "/containers/0/resources/limits/cpu          | \"many\"         | malformed          | containers[name=app].resources.limits.cpu",
                "/containers/0/resources/limits/cpu          | true             | malformed          | containers[name=app].resources.limits.cpu",
                "/containers/0/resources                     | []               | malformed          | containers[name=app].resources",
            })
    void objects_under_in_place_only(String pointer, String value, String rule, String field) {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        Verdict verdict = GUARD.validate(
                Samples.update(before, Samples.set(before, SPEC + pointer, value)), ObjectStage.SUBMITTED);

        assertThat(verdict.violations()).extracting(Violation::rule).contains(rule);
        assertThat(verdict.violations())
                .filteredOn(finding -> finding.rule().equals(rule))
                .extracting(Violation::field)
                .anyMatch(told -> told.contains(field) && told.startsWith("spec.template"));
        assertThat(verdict.violations())
                .allSatisfy(finding -> assertThat(finding.message())
                        .endsWith("[" + finding.rule() + "]")
                        .doesNotContain("s3cret"));

        JsonNode possible = Samples.cloneSet("InPlaceIfPossible");
        Verdict foretold = GUARD.validate(
                Samples.update(possible, Samples.set(possible, SPEC + pointer, value)), ObjectStage.SUBMITTED);
        assertThat(foretold.denied()).isFalse();
        assertThat(foretold.warnings()).extracting(Warning::id).containsAnyOf("recreate", "never-finishes");

        JsonNode recreate = Samples.cloneSet("ReCreate");
        assertThat(GUARD.validate(
                        Samples.update(recreate, Samples.set(recreate, SPEC + pointer, value)), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest(name = "{0} = {1} is a change of what is stored")
    @CsvSource(
            delimiter = '|',
            value = {
                "/containers/0/imagePullPolicy               | -",
                "/containers/1/imagePullPolicy               | \"Always\"",
                "/initContainers/0/imagePullPolicy           | \"IfNotPresent\"",
                "/containers/0/terminationMessagePath        | \"/dev/termination-log\"",
                "/containers/0/ports/0/protocol              | -",
                "/containers/0/livenessProbe/httpGet/scheme  | -",
                "/containers/0/livenessProbe/periodSeconds   | 0",
                "/volumes/0/emptyDir                         | -",
                "/volumes/1/configMap/defaultMode            | -",
                "/volumes                                    | [{\"name\":\"conf\",\"configMap\":{\"name\":\"c\"}},{\"name\":\"data\"}]",
                "/securityContext                            | -",
                "/restartPolicy                              | -",
                "/schedulerName                              | \"default-scheduler\"",
                "/terminationGracePeriodSeconds              | -",
            })
    void defaults_that_are_written_or_omitted_are_changes_of_what_is_stored(String pointer, String value) {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(before, SPEC + pointer, value);
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.STORED)
                        .violations())
                .extracting(Violation::rule)
                .containsOnly("not-in-place");
    }

    @ParameterizedTest(name = "{0} = {1} is in place or no change")
    @CsvSource(
            delimiter = '|',
            value = {
                "/containers/0/image                         | \"shop/web:2\"",
                "/containers/0/resources/limits/cpu          | \"2\"",
                "/containers/0/resources/limits/cpu          | 1",
                "/containers/0/resources/limits/cpu          | \"1000m\"",
                "/containers/0/resources/requests/cpu        | 0",
                "/containers/0/resources/requests/cpu        | null",
                "/containers/0/resources/limits/memory       | 1073741824",
                "/containers/0/resources/claims              | []",
                "/containers/0/args                          | []",
                "/containers/0/args                          | null",
                "/containers/0/stdin                         | false",
                "/containers/0/workingDir                    | \"\"",
                "/containers/0/ports/0/hostPort              | 0",
                "/containers/0/livenessProbe/initialDelaySeconds | 0",
                "/containers/0/livenessProbe/timeoutSeconds  | 1.0",
                "/initContainers/0/resources                 | {}",
                "/initContainers/0/resources                 | {\"limits\":{}}",
                "/hostNetwork                                | false",
                "/nodeSelector                               | {}",
                "/tolerations                                | []",
                "/containers/0/newField                      | null",
            })
    void changes_in_place_and_other_spellings_are_admitted(String pointer, String value) {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(before, SPEC + pointer, value);
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
        assertThat(GUARD.validate(Samples.update(before, before), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest(name = "template metadata {0} = {1}: [{2}]")
    @CsvSource(
            delimiter = '|',
            value = {
                "/labels/rev                       | \"2\"        | template-metadata |",
                "/labels/app                       | -            | template-metadata |",
                "/annotations/team                 | \"x\"        | template-metadata |",
                "/name                             | \"x\"        | template-metadata | template-metadata",
                "/finalizers                       | [\"x\"]      | template-metadata | template-metadata",
                "/labels/apps.kruise.io~1x         | \"2\"        |                   |",
                "/annotations/kruise.io~1x         | \"2\"        |                   |",
                "/annotations/my-kruise.io~1x      | \"2\"        | template-metadata |",
                "/creationTimestamp                | null         |                   |",
                "/finalizers                       | []           |                   |",
            })
    void metadata_of_the_template(String pointer, String value, String denying, String allowing) {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        AdmissionAttributes update =
                Samples.update(before, Samples.set(before, "/spec/template/metadata" + pointer, value));
        Guard lenient = new Guard(GuardSettings.DEFAULTS.withTemplateMetadata(GuardSettings.TemplateMetadata.ALLOW));

        assertThat(GUARD.validate(update, ObjectStage.SUBMITTED).violations())
                .extracting(Violation::rule)
                .isEqualTo(denying == null ? List.of() : List.of(denying));
        assertThat(lenient.validate(update, ObjectStage.SUBMITTED).violations())
                .extracting(Violation::rule)
                .isEqualTo(allowing == null ? List.of() : List.of(allowing));
    }

    @Test
    void labels_of_the_template_do_not_recreate_under_in_place_if_possible() {
        JsonNode before = Samples.cloneSet("InPlaceIfPossible");
        assertThat(GUARD.validate(
                        Samples.update(before, Samples.set(before, "/spec/template/metadata/labels/rev", "\"2\"")),
                        ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void windows_pods_are_not_resized() {
        JsonNode before = Samples.set(Samples.cloneSet("InPlaceOnly"), SPEC + "/os", "{\"name\":\"windows\"}");
        JsonNode after = Samples.set(before, SPEC + "/containers/0/resources/limits/cpu", "\"2\"");
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .violations())
                .extracting(Violation::rule)
                .containsExactly("resize-unsupported");
    }

    @Test
    void the_new_strategy_counts() {
        JsonNode only = Samples.cloneSet("InPlaceOnly");
        JsonNode recreate = Samples.cloneSet("ReCreate");
        JsonNode edited = Samples.set(recreate, SPEC + "/containers/0/args", "[\"x\"]");
        assertThat(GUARD.validate(Samples.update(only, edited), ObjectStage.SUBMITTED)
                        .warnings())
                .extracting(Warning::id)
                .containsExactly("strategy-switch");
        assertThat(GUARD.validate(Samples.update(edited, only), ObjectStage.SUBMITTED)
                        .violations())
                .extracting(Violation::rule)
                .containsExactly("not-in-place");
        JsonNode rolling = Samples.edited(
                recreate,
                object -> object.asObject()
                        .set("status", Samples.JSON.readTree("{\"replicas\":3,\"updatedReplicas\":1}")));
        assertThat(GUARD.validate(Samples.update(rolling, only), ObjectStage.SUBMITTED)
                        .warnings())
                .extracting(Warning::id)
                .containsExactly("pending-rollout");
    }

    @Test
    void with_on_delete_nothing_is_enforced() {
        JsonNode before = Samples.set(Samples.cloneSet("InPlaceOnly"), "/spec/updateStrategy/type", "\"OnDelete\"");
        assertThat(GUARD.validate(
                        Samples.update(before, Samples.set(before, SPEC + "/containers/0/args", "[\"x\"]")),
                        ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void a_strategy_that_cannot_be_read_is_malformed() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(before, "/spec/updateStrategy", "\"InPlaceOnly\"");
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .violations())
                .extracting(Violation::rule)
                .containsExactly("malformed");
    }

    @Test
    void resizes_are_foretold() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode memory = Samples.set(before, SPEC + "/containers/0/resources/limits/memory", "\"768Mi\"");
        assertThat(GUARD.validate(Samples.update(before, memory), ObjectStage.SUBMITTED)
                        .warnings())
                .extracting(Warning::id)
                .containsExactly("restarts");
        JsonNode plain = Samples.set(before, SPEC + "/containers/0/resizePolicy", "-");
        JsonNode less = Samples.set(plain, SPEC + "/containers/0/resources/limits/memory", "\"768Mi\"");
        assertThat(GUARD.validate(Samples.update(plain, less), ObjectStage.SUBMITTED)
                        .warnings())
                .extracting(Warning::id)
                .containsExactly("memory-limit-decrease");
    }

    @Test
    void claim_templates_are_warned_of() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(before, "/spec/volumeClaimTemplates", "[{\"metadata\":{\"name\":\"d\"}}]");
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .warnings())
                .extracting(Warning::id)
                .containsExactly("volume-claim-templates");
    }

    @ParameterizedTest(name = "a held Pod, {0} = {1} through pods{2}: [{3}]")
    @CsvSource(
            delimiter = '|',
            value = {
                "/metadata/labels                               | {\"x\":\"1\"}       |         |",
                "/spec/containers/0/image                       | \"shop/web:2\"      |         |",
                "/spec/tolerations                              | [{\"key\":\"x\"}]   |         | not-in-place",
                "/spec/activeDeadlineSeconds                    | 5                   |         | not-in-place",
                "/spec/containers/0/resources/limits/cpu        | \"2\"               | resize  |",
                "/spec/containers/1/resources/requests/memory   | \"64Mi\"            | resize  |",
                "/spec/containers/1/resources/requests/memory   | \"64Mi\"            |         | resource-set",
                "/spec/containers/0/resources/limits/cpu        | -                   | resize  | resource-set",
                "/spec/initContainers/1/image                   | \"x\"               |         | not-in-place",
            })
    void a_held_pod(String pointer, String value, String subresource, String rule) {
        JsonNode before = Samples.pod("{\"inplace-guard.io/update-policy\":\"InPlaceOnly\"}");
        AdmissionAttributes update =
                Samples.update(before, Samples.set(before, pointer, value), subresource == null ? "" : subresource);
        assertThat(GUARD.validate(update, ObjectStage.SUBMITTED).violations())
                .extracting(Violation::rule)
                .isEqualTo(rule == null ? List.of() : List.of(rule));

        JsonNode free = Samples.pod("{}");
        assertThat(GUARD.validate(Samples.update(free, Samples.set(free, pointer, value)), ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
    }

    @Test
    void taking_the_annotation_away_does_not_free_a_pod_in_the_same_update() {
        JsonNode before = Samples.pod("{\"inplace-guard.io/update-policy\":\"InPlaceOnly\"}");
        JsonNode after = Samples.set(Samples.pod("{}"), "/spec/tolerations", "[{\"key\":\"x\"}]");
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .denied())
                .isTrue();
    }

    @Test
    void a_finished_pod_is_not_resized() {
        JsonNode before = Samples.set(
                Samples.pod("{\"inplace-guard.io/update-policy\":\"InPlaceOnly\"}"), "/status/phase", "\"Succeeded\"");
        JsonNode after = Samples.set(before, "/spec/containers/0/resources/limits/cpu", "\"2\"");
        assertThat(GUARD.validate(Samples.update(before, after, "resize"), ObjectStage.SUBMITTED)
                        .violations())
                .extracting(Violation::rule)
                .containsExactly("resize-unsupported");
    }

    @Test
    void an_owner_that_is_in_place_only_holds_its_pods() {
        JsonNode before =
                Samples.set(Samples.pod("{}"), "/metadata/ownerReferences", "[{\"uid\":\"o1\",\"controller\":true}]");
        AdmissionAttributes update =
                Samples.update(before, Samples.set(before, "/spec/tolerations", "[{\"key\":\"x\"}]"));
        Guard knowing = new Guard(
                GuardSettings.DEFAULTS, OwnerStrategies.in(java.util.Map.of("o1", UpdateStrategy.IN_PLACE_ONLY)));
        assertThat(knowing.validate(update, ObjectStage.SUBMITTED).denied()).isTrue();
        assertThat(GUARD.validate(update, ObjectStage.SUBMITTED).denied()).isFalse();
    }

    private static final String SUBSETS = "/spec/topology/subsets/0";

    private static JsonNode united(String patch) {
        String template = "{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":" + Samples.POD_SPEC + "}";
        return Samples.JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1alpha1","kind":"UnitedDeployment","metadata":{"name":"web"},
                 "spec":{"template":{"cloneSetTemplate":{"spec":{"updateStrategy":{"type":"InPlaceOnly"},"template":%s}}},
                  "topology":{"subsets":[{"name":"a","patch":%s},{"name":"b"}]}}}""".formatted(template, patch));
    }

    @ParameterizedTest(name = "{0} becomes {1}: [{2}] at {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{}   | {\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"web:9\"}]}} | - | -",
                "null | {\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"600m\"}}}]}} | - | -",
                "{}   | {\"spec\":{\"containers\":[{\"name\":\"app\",\"env\":[{\"name\":\"X\",\"value\":\"1\"}]}]}} | not-in-place | spec.containers[name=app].env[name=X]",
                "{}   | {\"spec\":{\"containers\":[{\"name\":\"log\",\"$patch\":\"delete\"}]}} | container-set | spec.containers[name=log]",
                "{}   | {\"spec\":{\"containers\":[{\"name\":\"new\",\"image\":\"x:1\"}]}} | container-set | spec.containers[name=new]",
                "{}   | {\"spec\":{\"tolerations\":[{\"operator\":\"Exists\"}]}} | not-in-place | spec.tolerations",
                "{}   | {\"metadata\":{\"labels\":{\"rev\":\"2\"}}} | template-metadata | metadata.labels.rev",
                "{}   | {\"spec\":{\"containers\":[{\"image\":\"nameless\"}]}} | malformed | -",
                "{}   | \"text\" | malformed | -",
                "{\"metadata\":{\"labels\":{\"rev\":\"2\"}}} | {} | template-metadata | metadata.labels.rev",
                "{\"spec\":{\"hostNetwork\":null}} | {} | - | -",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"tty\":true}]}} | {\"spec\":{\"containers\":[{\"name\":\"app\",\"tty\":true,\"image\":\"web:9\"}]}} | - | -",
            })
    void a_subset_is_judged_with_its_patch(String before, String after, String rule, String field) {
        Verdict verdict = GUARD.validate(Samples.update(united(before), united(after)), ObjectStage.SUBMITTED);
        if (rule == null) {
            assertThat(verdict.violations()).isEmpty();
        } else {
            assertThat(verdict.violations()).hasSize(1);
            assertThat(verdict.violations().get(0).rule()).isEqualTo(rule);
            assertThat(verdict.violations().get(0).field())
                    .isEqualTo("spec.topology.subsets[name=a].patch" + (field == null ? "" : "." + field));
        }
    }

    @Test
    void a_subset_says_nothing_again_that_its_template_says() {
        JsonNode before = united("{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"web:9\"}]}}");
        JsonNode after = Samples.set(before, "/spec/template/cloneSetTemplate/spec/template/spec/hostPID", "true");
        assertThat(GUARD.validate(Samples.update(before, after), ObjectStage.SUBMITTED)
                        .violations())
                .extracting(Violation::field)
                .containsExactly("spec.template.cloneSetTemplate.spec.template.spec.hostPID");
    }

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // Each subset sets the image itself, so the template's image reaches no pod.
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"web:9\"}]}} | /spec/containers/0/image | \"\" | -",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"$patch\":\"delete\"}]}} | /spec/containers/0/tty | true | -",
                "{\"spec\":{\"dnsPolicy\":\"Default\"}} | /spec/dnsPolicy | \"None\" | -",
                "{\"spec\":{\"tolerations\":[{\"operator\":\"Exists\"}]}} | /spec/tolerations | [{\"key\":\"a\"}] | -",
                "{\"spec\":{\"dnsPolicy\":\"Default\"}} | /spec/hostPID | true | not-in-place",
                // A patch that cannot be applied hides nothing.
                "{\"spec\":{\"containers\":[{\"image\":\"nameless\"}]}} | /spec/hostPID | true | not-in-place",
            })
    void what_every_subset_overrides_reaches_no_pod(String patch, String pointer, String value, String rule) {
        String template = "/spec/template/cloneSetTemplate/spec/template";
        JsonNode mixed = united(patch);
        JsonNode all = Samples.set(mixed, "/spec/topology/subsets/1", "-");
        assertThat(GUARD.validate(Samples.update(all, Samples.set(all, template + pointer, value)), ObjectStage.STORED)
                        .violations())
                .extracting(Violation::rule)
                .isEqualTo(rule == null ? List.of() : List.of(rule));
        // The subset without a patch has the template's own pods.
        assertThat(GUARD.validate(
                                Samples.update(mixed, Samples.set(mixed, template + pointer, value)),
                                ObjectStage.STORED)
                        .violations())
                .hasSize(1);
    }

    @Test
    void a_subset_that_comes_or_goes_updates_no_pod() {
        JsonNode before = united("{}");
        JsonNode added = Samples.set(
                before, "/spec/topology/subsets/+", "{\"name\":\"c\",\"patch\":{\"spec\":{\"hostPID\":true}}}");
        assertThat(GUARD.validate(Samples.update(before, added), ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
        assertThat(GUARD.validate(Samples.update(added, before), ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
        assertThat(GUARD.validate(
                                Samples.update(before, Samples.set(before, SUBSETS, "{\"name\":\"a\",\"replicas\":3}")),
                                ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
    }

    @Test
    void a_patch_nobody_can_apply_stops_no_other_change() {
        JsonNode before = united("\"text\"");
        assertThat(GUARD.validate(
                                Samples.update(before, Samples.set(before, "/spec/replicas", "9")),
                                ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
        assertThat(GUARD.validate(Samples.update(before, united("{}")), ObjectStage.SUBMITTED)
                        .violations())
                .isEmpty();
    }
}
