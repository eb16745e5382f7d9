package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.template.Defaulting;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A patch of a subset that leaves the difference of two templates as it is. */
class PlacementPatchTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'spec':{'nodeSelector':{'zone':'a'}}} | true",
                "{'spec':{'nodeSelector':{'zone':null}}} | true",
                "{'spec':{'affinity':{},'tolerations':[{'operator':'Exists'}],'nodeName':'n','schedulerName':'s'}} | true",
                "{'spec':{'topologySpreadConstraints':[],'priorityClassName':'p','runtimeClassName':'r'}} | true",
                "{'spec':{}} | true",
                // A rule asks for it, or it may be more than placement.
                "{'spec':{'nodeSelector':{'kubernetes.io/os':'windows'}}} | false",
                "{'spec':{'nodeSelector':{'$patch':'replace','zone':'a'}}} | false",
                "{'spec':{'nodeSelector':null}} | false",
                "{'spec':{'$patch':'replace','nodeName':'n'}} | false",
                "{'spec':{'nodeName':'n','containers':[{'name':'app','tty':true}]}} | false",
                "{'spec':{'resources':{'requests':{'cpu':'1'}}}} | false",
                "{'spec':{'hostNetwork':true}} | false",
                "{'spec':{'nodeName':'n'},'metadata':{'labels':{'a':'b'}}} | false",
                "{'spec':null} | false",
                "{'spec':{'volumes':[]}} | false",
                "{'$patch':'delete'} | false",
                "[] | false",
                // The templates differ in it themselves.
                "{'spec':{'runtimeClassName':'r','priorityClassName':'p','nodeSelector':{'zone':'a'},'dnsPolicy':'None'}} | false",
            })
    void a_patch_of_placement_alone_keeps_it(String patch, boolean kept) {
        assertThat(PlacementPatch.keeps(diff("{'dnsPolicy':'Default'}", "{'dnsPolicy':'None'}"), json(patch)))
                .isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'tolerations':[{'key':'a'}]} | {'tolerations':[{'key':'b'}]} | false",
                "{} | {'tolerations':[{'key':'b'}]} | false",
                "{'tolerations':null} | {} | false",
                "{'tolerations':[{'key':'a'}]} | {'tolerations':[{'key':'a'}],'hostPID':true} | true",
            })
    void a_field_that_the_templates_differ_in_does_not(String before, String after, boolean kept) {
        assertThat(PlacementPatch.keeps(diff(before, after), json("{'spec':{'tolerations':[]}}")))
                .isEqualTo(kept);
    }

    private static TemplateDiff diff(String before, String after) {
        return TemplateDiff.between(template(before), template(after), Defaulting.NONE);
    }

    private static PodTemplate template(String spec) {
        return PodTemplate.ofWorkload(FieldPath.of("spec.template"), json("{'spec':" + spec + "}"));
    }

    private static JsonNode json(String text) {
        return Samples.JSON.readTree(text.replace('\'', '"'));
    }
}
