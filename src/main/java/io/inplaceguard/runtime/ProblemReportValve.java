package io.inplaceguard.runtime;

import java.io.IOException;
import java.util.Objects;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives errors that Tomcat raises itself the same form as ours, {@code application/problem+json}, without its version or a stack trace. */
public final class ProblemReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);

    /** Has the server of that context use this valve. */
    static void install(Context context) {
        ((StandardHost) context.getParent()).setErrorReportValveClass(ProblemReportValve.class.getName());
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        if (failure != null && response.getStatus() >= 500) {
            LOG.error("a request failed", failure);
        }
        try {
            ProblemResponses.problem(
                    response,
                    response.getStatus(),
                    title(response.getStatus()),
                    Objects.requireNonNullElse(response.getMessage(), ""));
        } catch (IOException e) {
            LOG.debug("the client did not wait for its error", e);
        }
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 429 -> "Too Many Requests";
            default -> status < 500 ? "Request Refused" : "Internal Server Error";
        };
    }
}
