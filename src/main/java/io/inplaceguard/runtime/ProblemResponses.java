package io.inplaceguard.runtime;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The responses of the servlets. */
public final class ProblemResponses {

    private static final JsonMapper JSON = new JsonMapper();

    private ProblemResponses() {}

    /** Answers with a problem document of RFC 9457. */
    public static void problem(HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        ObjectNode problem = JSON.createObjectNode()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status);
        if (!detail.isEmpty()) {
            problem.put("detail", detail);
        }
        send(response, status, "application/problem+json", JSON.writeValueAsBytes(problem));
    }

    /** Answers with {@code {"status": word}}. */
    static void status(HttpServletResponse response, int status, String word) throws IOException {
        send(
                response,
                status,
                "application/json",
                JSON.writeValueAsBytes(JSON.createObjectNode().put("status", word)));
    }

    /** Answers with that body as it is. */
    public static void send(HttpServletResponse response, int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
