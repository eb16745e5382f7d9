package io.inplaceguard.certs.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.certs.rotation.CertificateRotation.Step;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rotation as a table: what is stored, served and seen, and the step that follows. */
class CertificateRotationTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z").truncatedTo(ChronoUnit.SECONDS);
    private static final List<String> NAMES = List.of("guard.prod.svc");
    private static final RotationPolicy POLICY =
            new RotationPolicy(Duration.ofDays(90), Duration.ofDays(730), Duration.ofSeconds(10), Duration.ofDays(1));
    private static final CertificateRotation ROTATION = new CertificateRotation(POLICY, NAMES);

    private static final Authority CA = authority(NOW);
    private static final Authority DUE_CA = authority(NOW.minus(Duration.ofDays(500)));
    private static final Authority EXPIRED_CA = authority(NOW.minus(Duration.ofDays(800)));
    private static final Authority NEXT = authority(NOW.minus(Duration.ofHours(1)));
    private static final Authority FUTURE = authority(NOW.plus(Duration.ofHours(1)));
    private static final ServingCertificate PAIR = leaf(CA, NOW);
    private static final ServingCertificate OTHER = leaf(CA, NOW);
    private static final ServingCertificate STRANGER = leaf(NEXT, NOW);
    private static final ServingCertificate EXPIRED_STRANGER = leaf(NEXT, NOW.minus(Duration.ofDays(100)));

    private static final KeyMaterial STEADY = KeyMaterial.of(CA, PAIR);
    private static final KeyMaterial WITHOUT_LEAF =
            new KeyMaterial(CA.certificate(), CA.key(), null, null, List.of(), null);
    private static final KeyMaterial WITHOUT_CA_KEY =
            new KeyMaterial(CA.certificate(), null, null, null, PAIR.chain(), PAIR.key());
    private static final KeyMaterial PUBLISHING = STEADY.withNext(NEXT);
    private static final KeyMaterial RETIRING = STEADY.withOld(DUE_CA.certificate());

    private static Authority authority(Instant from) {
        return CertificateAuthority.authority(from, Duration.ofDays(730));
    }

    private static ServingCertificate leaf(Authority authority, Instant from) {
        return CertificateAuthority.pair(authority, NAMES, from, Duration.ofDays(90));
    }

    private static RotationState state(KeyMaterial material) {
        return RotationState.of(material);
    }

    private static Instant ago(int seconds) {
        return NOW.minusSeconds(seconds);
    }

    static Stream<Arguments> before_publishing() {
        KeyMaterial expired = KeyMaterial.of(EXPIRED_CA, leaf(EXPIRED_CA, NOW.minus(Duration.ofDays(800))));
        KeyMaterial useless = new KeyMaterial(CA.certificate(), null, null, null, List.of(), null);
        return Stream.of(
                arguments("nothing stored, nothing served", null, null, Step.BOOTSTRAP),
                arguments("nothing stored, a valid pair served", null, PAIR, Step.BOOTSTRAP_FROM_SERVED),
                arguments("nothing stored, an expired pair served", null, EXPIRED_STRANGER, Step.BOOTSTRAP),
                arguments("expired CA", expired, null, Step.BOOTSTRAP),
                arguments("neither CA key nor leaf", useless, null, Step.BOOTSTRAP),
                arguments("no leaf", WITHOUT_LEAF, null, Step.REISSUE_LEAF),
                arguments("no CA key, a valid leaf", WITHOUT_CA_KEY, null, Step.WAIT),
                arguments("the stored pair is served", STEADY, PAIR, Step.WAIT),
                arguments("a pair of an unknown CA is served", STEADY, STRANGER, Step.RETAIN_SERVED_CA),
                arguments("an expired pair of an unknown CA is served", STEADY, EXPIRED_STRANGER, Step.WAIT),
                arguments("a pair of the next CA is served", PUBLISHING, STRANGER, Step.WAIT),
                arguments("unknown CA, but an old one is retained already", RETIRING, STRANGER, Step.WAIT));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("before_publishing")
    void before_the_ca_bundle_is_written(
            String name, @Nullable KeyMaterial stored, @Nullable ServingCertificate served, Step step) {
        assertThat(ROTATION.beforePublishing(Optional.ofNullable(stored).map(RotationState::of), served, NOW))
                .isEqualTo(step);
    }

    static Stream<Arguments> after_publishing() {
        RotationState published = state(PUBLISHING).withNextPublished(ago(10));
        RotationState promoted = state(RETIRING).withPromoted(ago(10));
        KeyMaterial dueLeaf = KeyMaterial.of(CA, leaf(CA, NOW.minus(Duration.ofDays(61))));
        KeyMaterial otherName =
                KeyMaterial.of(CA, CertificateAuthority.pair(CA, List.of("other.svc"), NOW, Duration.ofDays(90)));
        return Stream.of(
                arguments("steady", state(STEADY), null, NOW, Step.WAIT),
                arguments("served, not acknowledged", state(STEADY), PAIR, NOW, Step.ACKNOWLEDGE),
                arguments("acknowledged", state(STEADY).withAcknowledgment("a", PAIR), PAIR, NOW, Step.WAIT),
                arguments(
                        "another certificate acknowledged",
                        state(STEADY).withAcknowledgment("a", OTHER),
                        PAIR,
                        NOW,
                        Step.ACKNOWLEDGE),
                arguments("leaf due", state(dueLeaf), null, NOW, Step.REISSUE_LEAF),
                arguments("leaf lacks a name", state(otherName), null, NOW, Step.REISSUE_LEAF),
                arguments(
                        "leaf due in a rotation", published.with(dueLeaf.withNext(NEXT)), null, NOW, Step.REISSUE_LEAF),
                arguments("CA due", state(KeyMaterial.of(DUE_CA, leaf(DUE_CA, NOW))), null, NOW, Step.CREATE_NEXT_CA),
                arguments("CA key lost", state(WITHOUT_CA_KEY), null, NOW, Step.CREATE_NEXT_CA),
                arguments("next CA not live", state(PUBLISHING), null, null, Step.WAIT),
                arguments("next CA live, not marked", state(PUBLISHING), null, ago(60), Step.MARK_PUBLISHED),
                arguments("marked, but overwritten", published, null, null, Step.CLEAR_PUBLISHED),
                arguments("delay over", published, null, ago(10), Step.PROMOTE_NEXT_CA),
                arguments("delay over, but not by this replica's clock", published, null, ago(9), Step.WAIT),
                arguments(
                        "delay over by this replica's clock alone",
                        published.withNextPublished(ago(9)),
                        null,
                        ago(60),
                        Step.WAIT),
                arguments(
                        "next CA not valid yet by this clock",
                        published.with(STEADY.withNext(FUTURE)),
                        null,
                        ago(60),
                        Step.WAIT),
                arguments("old CA, no time of promotion", state(RETIRING), null, NOW, Step.MARK_PROMOTED),
                arguments(
                        "all replicas confirmed", promoted.withAcknowledgment("b", PAIR), null, NOW, Step.DROP_OLD_CA),
                arguments(
                        "confirmed within the delay",
                        promoted.withPromoted(ago(9)).withAcknowledgment("b", PAIR),
                        null,
                        NOW,
                        Step.WAIT),
                arguments("one has not confirmed", promoted.withAcknowledgment("b", OTHER), null, NOW, Step.WAIT),
                arguments(
                        "one has not confirmed within the timeout",
                        promoted.withPromoted(ago(86_400)).withAcknowledgment("b", OTHER),
                        null,
                        NOW,
                        Step.DROP_OLD_CA));
    }

    @ParameterizedTest(name = "{0}: {4}")
    @MethodSource("after_publishing")
    void after_the_ca_bundle_was_compared(
            String name,
            RotationState state,
            @Nullable ServingCertificate served,
            @Nullable Instant seenSince,
            Step step) {
        assertThat(ROTATION.next(state, "a", served, seenSince, NOW)).isEqualTo(step);
    }

    @Test
    void a_ca_bundle_may_be_written_for_half_a_propagation_delay_but_at_least_for_one_call() {
        assertThat(limit(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(5));
        assertThat(limit(Duration.ofSeconds(4))).isEqualTo(RotationPolicy.CALL_TIMEOUT);
        assertThat(limit(Duration.ZERO)).isEqualTo(RotationPolicy.CALL_TIMEOUT);
    }

    private static Duration limit(Duration propagationDelay) {
        return new RotationPolicy(Duration.ofDays(90), Duration.ofDays(730), propagationDelay, Duration.ofDays(1))
                .caBundleWriteLimit();
    }
}
