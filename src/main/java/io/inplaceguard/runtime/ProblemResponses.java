package io.inplaceguard.runtime;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** How the servlets answer. */
public final class ProblemResponses {

    private ProblemResponses() {}

    /** RFC 9457. The sentences are ours and need no escaping. */
    public static void problem(HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        String json = "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + ",\"detail\":\""
                + detail + "\"}";
        send(response, status, "application/problem+json", json.getBytes(StandardCharsets.UTF_8));
    }

    public static void send(HttpServletResponse response, int status, String type, byte[] body) throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
