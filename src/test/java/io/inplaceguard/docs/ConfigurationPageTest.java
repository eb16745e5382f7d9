package io.inplaceguard.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.settings.Settings;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** docs/configuration.md lists every setting of the records with its default, and no other. */
class ConfigurationPageTest {

    private static final Pattern ROW = Pattern.compile(
            "^\\| `(inplace-guard\\.[a-z.-]+)` \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\|$", Pattern.MULTILINE);

    /** Their defaults depend on where the process runs and on what is read, so the record has none. */
    private static final Map<String, String> DEPENDING = Map.of(
            "inplace-guard.openkruise.vertical-scaling",
            "auto",
            "inplace-guard.openkruise.template-defaults",
            "enabled");

    @Test
    void the_page_lists_every_setting_with_its_default() throws IOException {
        Map<String, String> page = ROW.matcher(Files.readString(Path.of("docs/configuration.md")))
                .results()
                .collect(
                        Collectors.toMap(row -> row.group(1), ConfigurationPageTest::value, (a, b) -> a, TreeMap::new));
        Map<String, String> records = new TreeMap<>();
        collect(Settings.PREFIX, Settings.class, records);
        records.putAll(DEPENDING);
        assertThat(page).containsExactlyInAnyOrderEntriesOf(records);
    }

    /** The first word in backticks, or empty. */
    private static String value(MatchResult row) {
        String text = row.group(2).strip();
        return text.startsWith("`") ? text.substring(1, text.indexOf('`', 1)) : "";
    }

    private static void collect(String prefix, Class<?> type, Map<String, String> found) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(name, component.getType(), found);
            } else {
                found.put(name, defaultOf(type, component.getName()));
            }
        }
    }

    private static String defaultOf(Class<?> type, String component) {
        for (var parameter : type.getDeclaredConstructors()[0].getParameters()) {
            DefaultValue value = parameter.getAnnotation(DefaultValue.class);
            if (parameter.getName().equals(component) && value != null) {
                return String.join(",", value.value());
            }
        }
        return "";
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
