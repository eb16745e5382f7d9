package io.inplaceguard.admission;

import tools.jackson.databind.JsonNode;

/** Holds an answer that came over the wire against what a case expects. */
public final class Held {

    private Held() {}

    public static void against(Cases.Case example, JsonNode answer) {
        CasesTest.check(example, answer);
    }
}
