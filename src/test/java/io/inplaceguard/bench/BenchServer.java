package io.inplaceguard.bench;

import io.inplaceguard.server.ServerConfiguration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The real server with one more servlet, at /noop, that reads the body and does nothing: what the container costs. */
@Configuration(proxyBeanMethods = false)
public class BenchServer {

    public static void main(String[] args) throws IOException {
        BenchReviews.writeTo(Path.of(System.getProperty("bench.folder")));
        new SpringApplication(ServerConfiguration.class, BenchServer.class).run(args);
    }

    @Bean
    ServletRegistrationBean<NoopServlet> noop() {
        return new ServletRegistrationBean<>(new NoopServlet(), "/noop");
    }

    static final class NoopServlet extends HttpServlet {
        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = request.getInputStream().readAllBytes();
            response.setContentType("application/json");
            response.getOutputStream().print("{\"length\":" + body.length + "}");
        }
    }
}
