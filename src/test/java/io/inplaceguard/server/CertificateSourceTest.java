package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CertificateSourceTest {

    @Test
    void a_pods_name_becomes_part_of_an_annotations_name() {
        String cut = CertificateSource.markable("eu-payments-staging01-inplace-guard-7d9f8c6b5d-x2x4z");
        assertThat(cut)
                .isEqualTo("payments-staging01-inplace-guard-7d9f8c6b5d-x2x4z")
                .matches("[A-Za-z0-9][-A-Za-z0-9_.]{0,62}");
        assertThat(CertificateSource.markable("web-0")).isEqualTo("web-0");
    }
}
