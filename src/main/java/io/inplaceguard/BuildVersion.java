package io.inplaceguard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into {@code META-INF/build-info.properties}, which is the version of pom.xml. */
final class BuildVersion implements IVersionProvider {

    private static final String BUILD_INFO = "/META-INF/build-info.properties";

    @Override
    public String[] getVersion() {
        return new String[] {"inplace-guard " + read()};
    }

    private static String read() {
        try (InputStream file = BuildVersion.class.getResourceAsStream(BUILD_INFO)) {
            if (file == null) {
                return "unknown: built without " + BUILD_INFO;
            }
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("build.version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
