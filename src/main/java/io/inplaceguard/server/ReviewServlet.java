package io.inplaceguard.server;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.runtime.ClientConnection;
import io.inplaceguard.runtime.ClientConnection.Phase;
import io.inplaceguard.runtime.ProblemResponses;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP endpoint of reviews. Path, method, content type and size are checked; then the body is read, and only when it is
 * complete does it compete for the memory that work takes. A plain servlet: Spring MVC would cost a quarter of the throughput.
 */
final class ReviewServlet extends HttpServlet {

    @Serial
    private static final long serialVersionUID = 1;

    private static final String PATHS =
            "Post AdmissionReviews to /mutate, /validate, /validate/enforce, /validate/warn or /validate/audit.";

    private final transient AdmissionHandler handler;
    private final transient ReviewMetrics metrics;
    private final long limit;
    private final transient ReviewMemory small;
    private final transient ReviewMemory large;
    private final transient BooleanSupplier closing;
    private final transient Runnable afterLarge;

    /**
     * @param limit      bytes of the largest body
     * @param shares     what reviews may take of the heap
     * @param closing    whether responses are to close their connections
     * @param afterLarge runs after each large review
     */
    ReviewServlet(
            AdmissionHandler handler,
            ReviewMetrics metrics,
            long limit,
            HeapShares shares,
            BooleanSupplier closing,
            Runnable afterLarge) {
        this.handler = handler;
        this.metrics = metrics;
        this.limit = limit;
        this.small = new ReviewMemory(shares.smallBodies(), shares.smallWork());
        this.large = new ReviewMemory(shares.largeBodies(), shares.largeWork());
        this.closing = closing;
        this.afterLarge = afterLarge;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClientConnection connection = ClientConnection.current();
        connection.enter(Phase.BODY);
        if (closing.getAsBoolean()) {
            response.setHeader("Connection", "close");
        }
        Optional<Endpoint> endpoint = Endpoint.at(request.getRequestURI());
        if (endpoint.isEmpty()) {
            ProblemResponses.problem(response, 404, "Not Found", PATHS);
        } else if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            ProblemResponses.problem(response, 405, "Method Not Allowed", "Post an AdmissionReview here.");
        } else if (!isJson(request.getContentType())) {
            ProblemResponses.problem(
                    response, 415, "Unsupported Media Type", "Send the AdmissionReview as application/json.");
        } else if (request.getContentLengthLong() > limit) {
            tooLarge(response);
        } else {
            review(endpoint.get(), request, response, connection);
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type = end < 0 ? contentType : contentType.substring(0, end);
        return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    private void review(
            Endpoint endpoint, HttpServletRequest request, HttpServletResponse response, ClientConnection connection)
            throws IOException {
        int length = (int) request.getContentLengthLong();
        ReviewMemory memory = length >= 0 && length <= HeapShares.SMALL_REVIEW_BYTES ? small : large;
        try {
            if (length >= 0 && length <= HeapShares.TINY_REVIEW_BYTES) {
                evaluate(endpoint, read(request, response, length, connection), memory, response, connection);
                return;
            }
            // A body without a length is collected in pieces and then copied.
            long reserved = length < 0 ? 2 * (limit + 1) : length;
            if (!memory.reserveBody(reserved, connection)) {
                skip(request, length);
                overloaded(response);
                return;
            }
            try {
                byte[] body;
                try {
                    body = read(request, response, length, connection);
                } finally {
                    memory.bodyRead(connection);
                }
                evaluate(endpoint, body, memory, response, connection);
            } finally {
                memory.releaseBody(reserved);
                if (memory == large) {
                    afterLarge.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ProblemResponses.problem(response, 503, "Service Unavailable", "The webhook is shutting down.");
        }
    }

    /**
     * The body, or of one that is too large one byte more than is allowed; null where the client was too slow and has been
     * answered.
     */
    private byte @Nullable [] read(
            HttpServletRequest request, HttpServletResponse response, int length, ClientConnection connection)
            throws IOException {
        try {
            InputStream stream = request.getInputStream();
            if (length < 0) {
                return stream.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
            }
            byte[] body = new byte[length];
            int read = stream.readNBytes(body, 0, length);
            return read == length ? body : Arrays.copyOf(body, read);
        } catch (IOException e) {
            if (!connection.isEnded()) {
                throw e;
            }
            if (!response.isCommitted()) {
                response.sendError(408, "The body did not arrive in time.");
            }
            return null;
        }
    }

    /** An answer before the body's end may be lost when the connection is closed. */
    private static void skip(HttpServletRequest request, int length) {
        try {
            request.getInputStream().skipNBytes(Math.max(0, length));
        } catch (IOException e) {
            // The answer may still arrive.
            return;
        }
    }

    private void evaluate(
            Endpoint endpoint,
            byte @Nullable [] body,
            ReviewMemory memory,
            HttpServletResponse response,
            ClientConnection connection)
            throws IOException, InterruptedException {
        if (body == null) {
            return;
        }
        connection.enter(Phase.WORK);
        if (body.length > limit) {
            tooLarge(response);
            return;
        }
        if (!memory.reserveWork(body.length)) {
            overloaded(response);
            return;
        }
        AdmissionResult result;
        try {
            long start = System.nanoTime();
            result = handler.answer(endpoint, body, body.length);
            if (result instanceof AdmissionResult.Responded responded) {
                long nanos = System.nanoTime() - start;
                metrics.count(endpoint, responded.outcome(), nanos);
                ReviewLog.write(responded.outcome(), nanos);
            }
        } finally {
            memory.releaseWork(body.length);
        }
        if (connection.refusesMore()) {
            response.setHeader("Connection", "close");
        }
        connection.enter(Phase.RESPONSE);
        if (result instanceof AdmissionResult.Responded responded) {
            ProblemResponses.send(response, 200, "application/json", responded.body());
        } else {
            ProblemResponses.problem(response, 400, "Bad Request", ((AdmissionResult.BadRequest) result).problem());
        }
        // Here and not after the servlet, so that the client's time to take the response is counted.
        response.flushBuffer();
    }

    /** An API server repeats the call after that time. */
    private static void overloaded(HttpServletResponse response) throws IOException {
        response.setHeader("Retry-After", "1");
        ProblemResponses.problem(
                response, 429, "Too Many Requests", "The webhook has no memory left for this review. Repeat it.");
    }

    private void tooLarge(HttpServletResponse response) throws IOException {
        ProblemResponses.problem(
                response,
                413,
                "Content Too Large",
                "The review exceeds inplace-guard.max-review-bytes (" + limit + ").");
    }
}
