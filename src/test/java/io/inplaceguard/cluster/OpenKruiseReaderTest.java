package io.inplaceguard.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The feature gates in the arguments of the OpenKruise manager, as Go's flag parser reads them. */
class OpenKruiseReaderTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "['--enable-leader-election'] | DISABLED | true",
                "['--feature-gates=InPlaceWorkloadVerticalScaling=true'] | ENABLED | true",
                "['--feature-gates','A=true, InPlaceWorkloadVerticalScaling=1'] | ENABLED | true",
                "['--feature-gates=InPlaceWorkloadVerticalScaling=false,TemplateNoDefaults=T'] | DISABLED | false",
                "['--feature-gates=AllAlpha=true'] | ENABLED | false",
                "['--feature-gates=AllAlpha=true,TemplateNoDefaults=false'] | ENABLED | true",
                "['--feature-gates='] | DISABLED | true",
            })
    void gates_are_off_unless_the_argument_enables_them(String args, VerticalScaling scaling, boolean defaults) {
        String deployment = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"args\":%s}]}}}}"
                .formatted(args.replace('\'', '"'));
        assertThat(OpenKruiseReader.gates(new JsonMapper().readTree(deployment)))
                .isEqualTo(new OpenKruiseProfile(scaling, defaults));
    }
}
