package io.inplaceguard.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.inplaceguard.guard.OpenKruiseProfile;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command as a person or a pipeline calls it. */
class CheckCommandTest {

    private static final String WEB = """
            apiVersion: apps.kruise.io/v1beta1
            kind: CloneSet
            metadata:
              name: web
              namespace: prod
            spec:
              updateStrategy:
                rollingUpdate: {podUpdatePolicy: InPlaceOnly}
              template:
                spec:
                  containers:
                  - name: app
                    image: web:1
                    env:
                    - name: MODE
                      value: s3cret-a
            """;
    private static final String DENIED = WEB.replace("s3cret-a", "s3cret-b");
    private static final String ALLOWED = WEB.replace("web:1", "web:2");
    private static final String WARNED_OLD = WEB.replace("InPlaceOnly", "InPlaceIfPossible");
    private static final String WARNED_NEW = WARNED_OLD.replace("s3cret-a", "s3cret-b");

    private LiveCluster cluster = new LiveCluster("prod", manifest -> Optional.empty(), openkruise -> null, () -> {});

    private record Run(int status, String out, String err) {}

    @TempDir
    Path temp;

    private String file(String name, String content) throws Exception {
        Path file = temp.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content).toString();
    }

    private Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new CheckCommand(options -> cluster))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        assertThat(out + err.toString()).doesNotContain("s3cret").doesNotContain("\tat ");
        return new Run(status, out.toString(), err.toString());
    }

    private Run check(String before, String after, String... options) throws Exception {
        String[] args = new String[options.length + 2];
        args[0] = file("old.yaml", before);
        args[1] = file("new.yaml", after);
        System.arraycopy(options, 0, args, 2, options.length);
        return run(args);
    }

    @ParameterizedTest
    @CsvSource({"text", "json", "junit", "github", "sarif"})
    void the_exit_status_is_the_same_in_every_format(String format) throws Exception {
        assertThat(check(WEB, ALLOWED, "-o", format).status()).isZero();
        assertThat(check(WEB, DENIED, "-o", format).status()).isEqualTo(1);
        assertThat(check(WARNED_OLD, WARNED_NEW, "-o", format).status()).isZero();
        assertThat(check(WARNED_OLD, WARNED_NEW, "-o", format, "--fail-on=warn").status())
                .isEqualTo(3);
        assertThat(check(WEB, DENIED, "-o", format, "--fail-on=warn").status()).isEqualTo(1);
        assertThat(check(WEB, WEB.replace("name: web", "name: other"), "-o", format)
                        .status())
                .isEqualTo(2);
        assertThat(check(WEB, WEB.replace("name: web", "name: other"), "-o", format, "--allow-empty")
                        .status())
                .isZero();
        assertThat(check(WEB, "a: [", "-o", format).status()).isEqualTo(2);
    }

    @Test
    void a_strategy_in_the_place_of_another_version_is_a_note_of_unchanged_and_new_objects() throws Exception {
        String misplaced = WEB.replace("rollingUpdate: {podUpdatePolicy: InPlaceOnly}", "type: InPlaceOnly");
        String note = "  note: this kind and version does not read an in-place strategy from updateStrategy.type";
        Run unchanged = check(misplaced, misplaced);
        assertThat(unchanged.out()).containsOnlyOnce(note).contains("1 checked, 0 denied, 0 warned");
        assertThat(unchanged.status()).isZero();
        assertThat(check(WEB, WEB + "---\n" + misplaced.replace("name: web", "name: new"))
                        .out())
                .containsOnlyOnce(note);
        assertThat(check(misplaced, misplaced.replace("web:1", "web:2")).out())
                .contains("  warning: this kind", "[misplaced-strategy]")
                .doesNotContain("  note: ");
        assertThat(check(WEB, ALLOWED).out()).doesNotContain("note: ");
    }

    @Test
    void text_names_file_and_line_of_the_field_in_the_new_manifest() throws Exception {
        Run run = check(WEB, "# a comment\n" + DENIED);
        assertThat(run.out())
                .contains("DENIED   CloneSet.apps.kruise.io prod/web  " + temp.resolve("new.yaml") + ":17")
                .contains("new.yaml:17  spec.template.spec.containers[name=app].env[name=MODE].value")
                .contains("[not-in-place]")
                .contains("1 checked, 1 denied, 0 warned, 0 skipped")
                .doesNotContain("\u001b");
        assertThat(check(WEB, WEB.substring(0, WEB.indexOf("        env:"))).out())
                .contains("new.yaml:12  spec.template.spec.containers[name=app].env[name=MODE]");
    }

    @Test
    void json_has_the_documented_fields() throws Exception {
        JsonNode report = new JsonMapper()
                .readTree(check(WEB, DENIED + "---\n" + WEB.replace("name: web", "name: new"), "-o", "json")
                        .out());
        assertThat(report.path("apiVersion").asString()).isEqualTo("inplace-guard.io/v1");
        assertThat(report.path("summary").toString())
                .isEqualTo("{\"checked\":1,\"denied\":1,\"warned\":0,\"skipped\":1}");
        JsonNode result = report.path("results").get(0);
        assertThat(result.propertyNames())
                .containsExactly("group", "kind", "namespace", "name", "verdict", "violations", "warnings", "source");
        assertThat(result.path("verdict").asString()).isEqualTo("denied");
        assertThat(result.at("/violations/0/rule").asString()).isEqualTo("not-in-place");
        assertThat(result.path("source").asString()).endsWith("new.yaml:16");
        assertThat(report.at("/skipped/0/reason").asString()).isEqualTo("created");
    }

    @Test
    void junit_is_xml_with_a_failure_and_a_skip() throws Exception {
        String xml = check(WEB + "---\n" + WEB.replace("name: web", "name: gone"), DENIED, "-o", "junit")
                .out();
        var suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        assertThat(suite.getDocumentElement().getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(2);
        assertThat(suite.getElementsByTagName("failure").item(0).getTextContent())
                .contains("[not-in-place]");
        assertThat(suite.getElementsByTagName("skipped").getLength()).isEqualTo(1);
    }

    @Test
    void github_gets_an_annotation_on_the_line() throws Exception {
        assertThat(check(WEB, DENIED, "-o", "github").out())
                .startsWith("::error file=" + temp.resolve("new.yaml")
                        + ",line=16,title=CloneSet.apps.kruise.io prod/web [not-in-place]::spec.template");
        assertThat(check(WARNED_OLD, WARNED_NEW, "-o", "github").out())
                .startsWith("::warning file=")
                .contains("[recreate]");
    }

    @Test
    void sarif_is_valid_against_its_schema() throws Exception {
        String sarif = check(
                        WEB + "---\n" + WARNED_OLD.replace("name: web", "name: two"),
                        DENIED + "---\n" + WARNED_NEW.replace("name: web", "name: two"),
                        "-o",
                        "sarif")
                .out();
        try (InputStream schema = CheckCommandTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
            assertThat(registry.getSchema(schema, InputFormat.JSON).validate(sarif, InputFormat.JSON))
                    .isEmpty();
            assertThat(registry.getSchema(
                                    CheckCommandTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json"),
                                    InputFormat.JSON)
                            .validate(sarif.replace("\"ruleId\"", "\"rule\""), InputFormat.JSON))
                    .as("the schema rejects another document")
                    .isNotEmpty();
        }
        JsonNode results = new JsonMapper().readTree(sarif).at("/runs/0/results");
        assertThat(results.get(0).path("level").asString()).isEqualTo("error");
        assertThat(results.get(0)
                        .at("/locations/0/physicalLocation/region/startLine")
                        .asInt())
                .isEqualTo(16);
        assertThat(results.get(1).path("ruleId").asString()).isEqualTo("recreate");
    }

    @Test
    void folders_lists_json_and_standard_input_are_paired() throws Exception {
        file("a/web.yaml", WEB);
        file(
                "a/deep/list.yml",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n");
        file("a/.hidden/x.yaml", "a: [");
        file("b/values.yaml", "replicas: 3\n");
        file(
                "b/all.json",
                "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n\t{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\","
                        + "\"metadata\":{\"name\":\"web\",\"namespace\":\"prod\"},\n\t\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}},"
                        + "\"template\":{\"spec\":{\"containers\":[{\"name\":\"app\",\n\t\"image\":\"web:1\",\"env\":[\n\t{\"name\":\"MODE\",\n\t\"value\":\"s3cret-b\"}]}]}}}}]}");
        Run run = run(temp.resolve("a").toString(), temp.resolve("b").toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("all.json:6  spec.template")
                .contains("1 checked, 1 denied, 0 warned, 1 skipped")
                .contains("deleted");
        assertThat(run.err()).contains("values.yaml:1: not a Kubernetes object");
        InputStream stdin = System.in;
        try {
            System.setIn(new ByteArrayInputStream(WEB.getBytes(StandardCharsets.UTF_8)));
            assertThat(run("-", file("new.yaml", DENIED)).status()).isEqualTo(1);
        } finally {
            System.setIn(stdin);
        }
        assertThat(run("-", "-").err()).contains("Only one");
    }

    @Test
    void anchors_aliases_and_merge_keys_work() throws Exception {
        String anchored = WEB.replace("image: web:1", "<<: &d {image: 'web:1', tty: false}")
                .replace("        env:", "        env: &e");
        assertThat(check(WEB, anchored).out()).contains("1 checked, 0 denied");
        String two = anchored + "      - name: two\n        <<: *d\n        env: *e\n";
        assertThat(check(two.replace("tty: false", "tty: null"), two).status()).isZero();
        assertThat(check(two, two.replace("tty: false", "tty: true")).status()).isEqualTo(1);
    }

    @Test
    void exponential_aliases_are_refused() throws Exception {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [")
                    .append(("*a" + (i - 1) + ",").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        Run run = check(WEB, "apiVersion: v1\nkind: X\n" + bomb);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("new.yaml:").contains("aliases");
        assertThat(check(WEB, "a: &a [*a]\n").status()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a: [           | new.yaml:",
                "a: 1\\n\\tb: 2 | new.yaml:2:1:",
                "kind: X\\nkind: Y | new.yaml:2:1: duplicate key kind",
                "hello          | new.yaml:1: not a Kubernetes object",
                "{\"a\":1,}     | new.yaml:1:8: invalid JSON",
                "{\"a\":1,\"a\":2} | new.yaml:1:",
            })
    void an_input_that_cannot_be_read_is_reported_with_its_line(String text, String expected) throws Exception {
        Run run = check(WEB, text.replace("\\n", "\n").replace("\\t", "\t"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(expected);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void wrong_arguments_are_reported_in_one_sentence() throws Exception {
        assertThat(run("nowhere.yaml", "nowhere.yaml").err()).contains("nowhere.yaml does not exist");
        assertThat(run("one.yaml").err()).contains("Give OLD and NEW");
        assertThat(run("--bad").status()).isEqualTo(2);
        assertThat(check(WEB, WEB, "-o", "xml").status()).isEqualTo(2);
        assertThat(check(WEB, WEB + "---\n" + WEB).err()).contains("is already defined at");
    }

    @Test
    void quiet_prints_only_denied_objects() throws Exception {
        assertThat(check(WEB, ALLOWED, "-q").out()).isEmpty();
        assertThat(check(WEB, DENIED, "-q").out()).contains("DENIED").doesNotContain("checked");
    }

    @Test
    void settings_come_from_the_servers_file() throws Exception {
        String labelled =
                WEB.replace("  template:\n    spec:", "  template:\n    metadata: {labels: {a: b}}\n    spec:");
        String allow = file(
                "application.yaml", "inplace-guard:\n  rules: {templateMetadata: allow}\n  certs: {mode: files}\n");
        assertThat(check(WEB, labelled).status()).isEqualTo(1);
        assertThat(check(WEB, labelled, "--config", allow).status()).isZero();
        assertThat(check(WEB, labelled, "--config", file("bad.yaml", "inplace-guard.rules.template-metadata: maybe"))
                        .err())
                .contains("is \"maybe\"; allowed: deny, allow");
        assertThat(check(WEB, labelled, "--config", file("bad.yaml", "inplace-guard.rule.x: maybe"))
                        .err())
                .contains("is an unknown setting");
        assertThat(check(WEB, labelled, "--config", "nowhere").status()).isEqualTo(2);
    }

    @Test
    void a_full_application_yaml_of_the_server_and_the_tracker_is_accepted() throws Exception {
        Path full = Path.of("src/test/resources/check/application.yaml");
        assertThat(check(WEB, ALLOWED, "--config", full.toString()).status()).isZero();
        Run wrong = check(
                WEB,
                ALLOWED,
                "--config",
                file("bad.yaml", Files.readString(full).replace("300", "0")));
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err().strip())
                .contains("inplace-guard.track.writes-per-second", "\"0\"", "a whole number from 1 to 10000")
                .doesNotContain("\n");
        assertThat(check(WEB, ALLOWED, "--config", file("bad.yaml", "a: [")).status())
                .isEqualTo(2);
    }

    @Test
    void kinds_of_the_servers_file_are_checked() throws Exception {
        String games = """
                apiVersion: game.kruise.io/v1alpha1
                kind: GameServerSet
                metadata: {name: minecraft, namespace: prod}
                spec:
                  updateStrategy: {rollingUpdate: {podUpdatePolicy: InPlaceOnly}}
                  gameServerTemplate:
                    spec:
                      containers:
                      - name: mc
                        image: r.example/mc:1
                        args: [a]
                """;
        String config = "src/test/resources/check/application.yaml";
        Run denied = check(games, games.replace("[a]", "[b]"), "--config", config);
        assertThat(denied.status()).isEqualTo(1);
        assertThat(denied.out()).contains("spec.gameServerTemplate.spec.containers[name=mc].args", "[not-in-place]");
        assertThat(check(games, games.replace("mc:1", "mc:2"), "--config", config)
                        .status())
                .isZero();
        assertThat(check(games, games.replace("[a]", "[b]")).status())
                .as("not configured")
                .isZero();
        String wrong = Files.readString(Path.of(config));
        assertThat(check(
                                games,
                                games.replace("[a]", "[b]"),
                                "--config",
                                file("path.yaml", wrong.replace("spec.gameServerTemplate", "spec.template")))
                        .out())
                .contains("[malformed]", "inplace-guard.kinds");
        Run empty = check(
                games, games, "--config", file("empty.yaml", wrong.replace("versions: [v1alpha1]", "versions: []")));
        assertThat(empty.status()).isEqualTo(2);
        assertThat(empty.err()).contains("inplace-guard.kinds: versions is empty");
    }

    @Test
    void verbose_prints_the_openkruise_profile_and_its_source() throws Exception {
        assertThat(check(WEB, ALLOWED, "--verbose").err())
                .contains(
                        "OpenKruise profile: vertical-scaling unknown (default), template-defaults enabled (default)");
        assertThat(check(WEB, ALLOWED, "--verbose", "--config", "src/test/resources/check/application.yaml")
                        .err())
                .contains("vertical-scaling disabled (file), template-defaults disabled (file)");
        assertThat(check(
                                WEB,
                                ALLOWED,
                                "--verbose",
                                "--config",
                                "src/test/resources/check/application.yaml",
                                "--openkruise-vertical-scaling=enabled",
                                "--openkruise-template-defaults=enabled")
                        .err())
                .contains("vertical-scaling enabled (option), template-defaults enabled (option)");
        assertThat(check(WEB, ALLOWED, "--openkruise-vertical-scaling=maybe").status())
                .isEqualTo(2);
        assertThat(check(WEB, ALLOWED).err()).isEmpty();
    }

    @Test
    void a_namespace_option_pairs_manifests_that_name_none() throws Exception {
        String bare = DENIED.replace("  namespace: prod\n", "");
        assertThat(check(WEB, bare).status()).isEqualTo(2);
        assertThat(check(WEB, bare, "--namespace", "prod").out()).contains("DENIED   CloneSet.apps.kruise.io prod/web");
    }

    @Test
    void the_old_object_and_the_profile_come_from_the_cluster() throws Exception {
        cluster = new LiveCluster(
                "prod",
                manifest -> Optional.of(
                        ManifestObject.live(YamlReader.read("live", WEB).get(0).tree())),
                openkruise -> new OpenKruiseProfile(OpenKruiseProfile.VerticalScaling.ENABLED, false),
                () -> {});
        Run run = run("--cluster", "-v", file("new.yaml", DENIED.replace("  namespace: prod\n", "")));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("new.yaml:15  spec.template.spec.containers[name=app].env[name=MODE].value");
        assertThat(run.err()).contains("vertical-scaling enabled (cluster), template-defaults disabled (cluster)");
        assertThat(run("--cluster", file("new.yaml", ALLOWED)).status()).isZero();
        assertThat(run("--cluster", "a.yaml", "b.yaml").err()).contains("With --cluster give NEW alone");
        cluster = new LiveCluster("prod", manifest -> Optional.empty(), openkruise -> null, () -> {});
        assertThat(run("--cluster", file("new.yaml", ALLOWED)).status()).isEqualTo(2);
    }

    @Test
    void a_live_object_keeps_the_resize_policy_that_the_webhook_restores() throws Exception {
        String live = WEB.replace(
                "        env:",
                "        resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]\n        env:");
        cluster = new LiveCluster(
                "prod",
                manifest -> Optional.of(
                        ManifestObject.live(YamlReader.read("live", live).get(0).tree())),
                openkruise -> null,
                () -> {});
        assertThat(run("--cluster", file("new.yaml", ALLOWED)).status()).isZero();
    }

    @Test
    void a_recorded_review_is_replayed() throws Exception {
        Run run = run(
                "--review", "src/test/resources/reviews/cloneset-v1beta1-InPlaceOnly.env.validate.json", "-o", "json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("\"kind\" : \"CloneSet\"").contains("not-in-place");
        assertThat(run("--review", file("x.json", "{}")).status()).isEqualTo(2);
        assertThat(run("--review", "nowhere").status()).isEqualTo(2);
    }

    @Test
    void explain_prints_the_rules_section() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        assertThat(line.execute("[qos-class]")).isZero();
        assertThat(out.toString())
                .startsWith("## qos-class")
                .contains("**Why.**")
                .doesNotContain("## resize-unsupported");
        assertThat(line.execute("nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("not-in-place");
    }
}
