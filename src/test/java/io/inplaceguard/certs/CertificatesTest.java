package io.inplaceguard.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CertificatesTest {

    private static final Instant NOW = Instant.now();

    @TempDir
    Path temp;

    private static ServingCertificate pair(String... names) {
        return CertificateAuthority.pair(
                CertificateAuthority.authority(NOW, CertificateAuthority.AUTHORITY_LIFE),
                List.of(names),
                NOW,
                CertificateAuthority.LEAF_LIFE);
    }

    @Test
    void a_pair_says_what_it_is_for() throws Exception {
        ServingCertificate pair = pair("Guard.prod.svc", "10.0.0.7", "::1", "*.example.com");
        X509Certificate leaf = pair.leaf();
        X509Certificate authority = pair.authorities().get(0);
        leaf.verify(authority.getPublicKey());
        assertThat(leaf.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(leaf.getPublicKey().toString()).contains("256");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(leaf.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
        assertThat(authority.getKeyUsage()[5]).isTrue();
        assertThat(authority.getKeyUsage()[0]).isFalse();
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.19");
        assertThat(pair.covers(List.of("guard.prod.svc", "10.0.0.7", "::1", "*.example.com")))
                .isTrue();
        assertThat(pair.covers(List.of("other"))).isFalse();
        assertThat(Duration.between(NOW, pair.notAfter())).isBetween(Duration.ofDays(89), Duration.ofDays(90));
    }

    @Test
    void a_leaf_never_outlives_its_authority() {
        CertificateAuthority.Authority brief = CertificateAuthority.authority(NOW, Duration.ofDays(2));
        ServingCertificate pair = CertificateAuthority.pair(brief, List.of("a"), NOW, Duration.ofDays(90));
        assertThat(pair.leaf().getNotAfter()).isEqualTo(brief.certificate().getNotAfter());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "-a", "a..b", "http://a", "*", "a,b", "1.2.3.400"})
    void what_is_no_name_is_refused(String name) {
        assertThatThrownBy(() -> pair(name)).isInstanceOf(CertificateException.class);
    }

    @Test
    void keys_are_their_owners_alone_and_what_is_written_is_read() throws Exception {
        CertificateDirectory folder = new CertificateDirectory(temp.resolve("new"));
        ServingCertificate made = folder.ensure(List.of("guard.prod.svc"), NOW);
        for (String key : List.of("tls.key", "ca.key")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.folder().resolve(key))))
                    .isEqualTo("rw-------");
        }
        assertThat(folder.read().leaf()).isEqualTo(made.leaf());
        assertThat(made.covers(List.of("localhost", "127.0.0.1", "::1", "guard.prod.svc")))
                .isTrue();
        try (var files = Files.list(folder.folder())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", "ca.crt", "ca.key", "tls.crt", "tls.key");
        }
    }

    @Test
    void a_pair_is_renewed_when_it_is_due_and_the_authority_stays() {
        CertificateDirectory folder = new CertificateDirectory(temp);
        ServingCertificate first = folder.ensure(List.of(), NOW);
        assertThat(folder.ensure(List.of(), NOW.plus(Duration.ofDays(59))).leaf())
                .isEqualTo(first.leaf());
        ServingCertificate wider = folder.ensure(List.of("another.svc"), NOW);
        assertThat(wider.leaf()).isNotEqualTo(first.leaf());
        ServingCertificate second = folder.ensure(List.of("another.svc"), NOW.plus(Duration.ofDays(61)));
        assertThat(second.leaf()).isNotEqualTo(wider.leaf());
        assertThat(second.authorities()).isEqualTo(first.authorities());
        ServingCertificate late = folder.ensure(List.of("another.svc"), NOW.plus(Duration.ofDays(700)));
        assertThat(late.authorities()).isNotEqualTo(first.authorities());
    }

    /** From a third of the CA's life on, every look once made another leaf. */
    @Test
    void at_any_age_of_the_authority_one_look_suffices() {
        CertificateDirectory folder = new CertificateDirectory(temp);
        for (int day = 0; day < 1000; day += 20) {
            ServingCertificate pair = folder.ensure(List.of(), NOW.plus(Duration.ofDays(day)));
            assertThat(folder.ensure(List.of(), NOW.plus(Duration.ofDays(day)).plusSeconds(1)))
                    .isEqualTo(pair);
            assertThat(pair.leaf().getNotAfter())
                    .isBeforeOrEqualTo(pair.authorities().get(0).getNotAfter());
        }
    }

    @Test
    void a_leaf_its_authority_did_not_sign_is_made_anew() throws Exception {
        CertificateDirectory folder = new CertificateDirectory(temp);
        ServingCertificate first = folder.ensure(List.of(), NOW);
        CertificateDirectory other = new CertificateDirectory(temp.resolve("other"));
        other.ensure(List.of(), NOW);
        Files.copy(
                other.folder().resolve("ca.crt"),
                temp.resolve("ca.crt"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(folder.ensure(List.of(), NOW).leaf()).isNotEqualTo(first.leaf());
    }

    @Test
    void those_who_share_a_folder_agree_on_one_pair() throws Exception {
        var executor = java.util.concurrent.Executors.newFixedThreadPool(4);
        try {
            List<java.util.concurrent.Callable<ServingCertificate>> tasks = java.util.Collections.nCopies(
                    4, () -> new CertificateDirectory(temp.resolve("shared")).ensure(List.of(), NOW));
            List<ServingCertificate> pairs = new ArrayList<>();
            for (var made : executor.invokeAll(tasks)) {
                pairs.add(made.get());
            }
            assertThat(pairs).allMatch(pairs.get(0)::equals);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void what_does_not_belong_together_or_is_no_pem_is_told_and_never_quoted() throws Exception {
        CertificateDirectory folder = new CertificateDirectory(temp);
        assertThatThrownBy(folder::read)
                .hasMessageContaining("ca.crt does not exist")
                .hasMessageContaining("certs --out");
        folder.ensure(List.of(), NOW);
        byte[] key = Files.readAllBytes(temp.resolve("tls.key"));
        Files.copy(temp.resolve("ca.key"), temp.resolve("tls.key"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(folder::read).hasMessageContaining("is not the key of");
        Files.write(temp.resolve("tls.key"), java.util.Arrays.copyOf(key, key.length / 2));
        assertThatThrownBy(folder::read)
                .isInstanceOf(CertificateException.class)
                .message()
                .doesNotContain(new String(key, 40, 20));
        Files.writeString(temp.resolve("tls.key"), "nonsense");
        assertThatThrownBy(folder::read).hasMessageContaining("no private key");
    }

    @Test
    void the_watcher_hands_on_whole_pairs_only_and_sees_symlinks_swapped() throws Exception {
        CertificateDirectory one = new CertificateDirectory(temp.resolve("..one"));
        one.ensure(List.of(), NOW);
        CertificateDirectory two = new CertificateDirectory(temp.resolve("..two"));
        ServingCertificate next = two.ensure(List.of("next.svc"), NOW);
        Path data = temp.resolve("..data");
        Files.createSymbolicLink(data, one.folder());
        for (String name : List.of("ca.crt", "tls.crt", "tls.key")) {
            Files.createSymbolicLink(temp.resolve(name), data.resolve(name));
        }
        CertificateDirectory mounted = new CertificateDirectory(temp);
        List<ServingCertificate> handedOn = new ArrayList<>();
        try (CertificateWatcher watcher =
                new CertificateWatcher("mounted", mounted.read(), mounted::read, handedOn::add)) {
            watcher.poll();
            assertThat(handedOn).isEmpty();
            Files.copy(
                    two.folder().resolve("tls.crt"),
                    one.folder().resolve("tls.crt"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            watcher.poll();
            assertThat(handedOn).as("certificate and key do not match yet").isEmpty();
            Path swap = temp.resolve("..swap");
            Files.createSymbolicLink(swap, two.folder());
            Files.move(swap, data, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            watcher.poll();
            watcher.poll();
            assertThat(handedOn).extracting(ServingCertificate::leaf).containsExactly(next.leaf());
        }
    }

    private record Run(int status, String out, String err) {}

    private static Run certs(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new CertsCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Run(status, out.toString(), err.toString());
    }

    @Test
    void the_command_makes_a_pair_and_does_not_overwrite_one() {
        String dir = temp.resolve("cli").toString();
        Run first = certs("--out", dir, "--dns", "guard.prod.svc");
        assertThat(first.status()).isZero();
        assertThat(first.out()).contains("guard.prod.svc", "caBundle").doesNotContain("PRIVATE");
        assertThat(new CertificateDirectory(Path.of(dir)).read().covers(List.of("guard.prod.svc", "localhost")))
                .isTrue();
        Run second = certs("--out", dir);
        assertThat(second.status()).isEqualTo(2);
        assertThat(second.err()).contains("--force").doesNotContain("\tat ");
        assertThat(certs("--out", dir, "--force").status()).isZero();
        assertThat(certs("--out", dir, "--force", "--dns", "a b").err()).contains("is not a DNS name");
        assertThat(certs().status()).isEqualTo(2);
    }
}
