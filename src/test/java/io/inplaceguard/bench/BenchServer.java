package io.inplaceguard.bench;

import io.inplaceguard.server.ServerConfiguration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The real server with two more doors that read the body and do nothing: Spring MVC under /mvc, a servlet at /noop. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = ManagementContextAutoConfiguration.class)
public class BenchServer {

    public static void main(String[] args) throws IOException {
        BenchReviews.writeTo(Path.of(System.getProperty("bench.folder")));
        new SpringApplication(ServerConfiguration.class, BenchServer.class).run(args);
    }

    @Bean
    ServletRegistrationBean<NoopServlet> noop() {
        return new ServletRegistrationBean<>(new NoopServlet(), "/noop");
    }

    /** What the stack costs without us. As a member of this configuration it is a bean already. */
    @RestController
    static class NoopController {
        @PostMapping("/noop")
        String noop(@RequestBody byte[] body) {
            return "{\"length\":" + body.length + "}";
        }
    }

    /** What the servlet container costs without Spring MVC. */
    static final class NoopServlet extends HttpServlet {
        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = request.getInputStream().readAllBytes();
            response.setContentType("application/json");
            response.getOutputStream().print("{\"length\":" + body.length + "}");
        }
    }
}
