package io.inplaceguard.server;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** How the long-running commands start. */
public final class Start {

    private Start() {}

    /**
     * Starts that configuration with that profile.
     *
     * @param profile empty for none
     * @param args    Spring properties as {@code --key=value}
     */
    public static ConfigurableApplicationContext run(Class<?> configuration, String profile, String... args) {
        SpringApplication application = new SpringApplication(configuration);
        Map<String, Object> defaults = new HashMap<>(LogFormat.defaults());
        application.setDefaultProperties(defaults);
        if (!profile.isEmpty()) {
            application.setAdditionalProfiles(profile);
        }
        return application.run(args);
    }

    /** Runs that; where it fails for a reason that a user can mend, says so in one sentence on stderr and ends with status 1. */
    public static void orSay(Runnable start) {
        Drain.onSignals();
        try {
            start.run();
        } catch (RuntimeException e) {
            Optional<String> sentence = StartFailure.sentence(e);
            if (sentence.isEmpty()) {
                throw e;
            }
            System.err.println(sentence.get());
            System.exit(1);
        }
    }
}
