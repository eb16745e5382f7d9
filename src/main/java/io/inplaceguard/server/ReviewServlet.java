package io.inplaceguard.server;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.runtime.ProblemResponses;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/** The HTTP door: path, method, content type, size; then read, answer, write. A plain servlet, for MVC costs a quarter. */
final class ReviewServlet extends HttpServlet {

    private static final int LARGE = 1 << 20;

    private final transient AdmissionHandler reviewer;
    private final transient ReviewMetrics metrics;
    private final long limit;
    private final transient BooleanSupplier closing;
    /** Trees of a large review take many times its size: one at a time, or a few would fill a small heap. */
    private final transient Semaphore largeOnes = new Semaphore(1, true);

    /** @param closing whether an answer is to close its connection */
    ReviewServlet(AdmissionHandler reviewer, ReviewMetrics metrics, long limit, BooleanSupplier closing) {
        this.closing = closing;
        this.reviewer = reviewer;
        this.metrics = metrics;
        this.limit = limit;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (closing.getAsBoolean()) {
            response.setHeader("Connection", "close");
        }
        Optional<Endpoint> endpoint = Endpoint.at(request.getRequestURI());
        if (endpoint.isEmpty()) {
            ProblemResponses.problem(
                    response,
                    404,
                    "Not Found",
                    "Post AdmissionReviews to /mutate, /validate, /validate/enforce, /validate/warn or /validate/audit.");
        } else if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            ProblemResponses.problem(response, 405, "Method Not Allowed", "Post an AdmissionReview here.");
        } else if (!isJson(request.getContentType())) {
            ProblemResponses.problem(
                    response, 415, "Unsupported Media Type", "Send the AdmissionReview as application/json.");
        } else if (request.getContentLengthLong() > limit) {
            tooLarge(response);
        } else {
            read(endpoint.get(), request, response);
        }
    }

    private static boolean isJson(String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    private void read(Endpoint endpoint, HttpServletRequest request, HttpServletResponse response) throws IOException {
        // A chunked body may be of any size, so it counts as large until it is known.
        boolean large = request.getContentLengthLong() < 0 || request.getContentLengthLong() > LARGE;
        if (large) {
            largeOnes.acquireUninterruptibly();
        }
        try {
            byte[] body = body(request);
            if (body.length > limit) {
                tooLarge(response);
            } else {
                answer(endpoint, body, response);
            }
        } finally {
            if (large) {
                largeOnes.release();
            }
        }
    }

    /** The body, or of one that is too large one byte more than is allowed. */
    private byte[] body(HttpServletRequest request) throws IOException {
        InputStream stream = request.getInputStream();
        int length = (int) request.getContentLengthLong();
        if (length < 0) {
            return stream.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
        }
        byte[] body = new byte[length];
        int read = stream.readNBytes(body, 0, length);
        return read == length ? body : Arrays.copyOf(body, read);
    }

    private void answer(Endpoint endpoint, byte[] body, HttpServletResponse response) throws IOException {
        long start = System.nanoTime();
        AdmissionResult answer = reviewer.answer(endpoint, body, body.length);
        if (answer instanceof AdmissionResult.Responded decided) {
            long nanos = System.nanoTime() - start;
            metrics.count(endpoint, decided.outcome(), nanos);
            ReviewLog.tell(decided.outcome(), nanos);
            ProblemResponses.send(response, 200, "application/json", decided.body());
        } else {
            ProblemResponses.problem(response, 400, "Bad Request", ((AdmissionResult.BadRequest) answer).problem());
        }
    }

    private void tooLarge(HttpServletResponse response) throws IOException {
        ProblemResponses.problem(
                response,
                413,
                "Content Too Large",
                "The review exceeds inplace-guard.max-review-bytes (" + limit + ").");
    }
}
