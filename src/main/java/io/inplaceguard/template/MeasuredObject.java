package io.inplaceguard.template;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An object whose reader has already found that it keeps {@link ObjectLimits}, so that nobody walks it to find out again. */
public class MeasuredObject extends ObjectNode {

    private boolean keepsLimits;

    /** An object that is not known to keep them yet. */
    protected MeasuredObject(Map<String, JsonNode> members) {
        super(JsonNodeFactory.instance, members);
    }

    /** Whether it is known to keep every limit; false where it has to be walked. */
    public final boolean keepsLimits() {
        return keepsLimits;
    }

    /** To be called once it is complete; it must not be changed afterwards. */
    public final void measured(boolean keepsAll) {
        keepsLimits = keepsAll;
    }
}
