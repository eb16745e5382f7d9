package io.inplaceguard.integration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;

/**
 * The chart, the webhook and the tracker on one real API server, by the commands that users type. The first scenarios use one
 * installation of this chart, which the operations end by uninstalling; the upgrades install released charts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class ClusterIT {

    private GuardedCluster on;

    @BeforeAll
    void install() throws Exception {
        on = new GuardedCluster("cluster");
        on.install();
    }

    @AfterAll
    void close() {
        if (on != null) {
            on.close();
        }
    }

    @Nested
    @Order(1)
    class Verdicts extends VerdictScenarios {
        Verdicts() {
            super(on);
        }
    }

    @Nested
    @Order(2)
    class Tracker extends TrackerScenarios {
        Tracker() {
            super(on);
        }
    }

    @Nested
    @Order(3)
    class Certificates extends CertificateScenarios {
        Certificates() {
            super(on);
        }
    }

    @Nested
    @Order(4)
    class Operations extends OperationScenarios {
        Operations() {
            super(on);
        }
    }

    @Nested
    @Order(5)
    class Upgrades extends UpgradeScenarios {
        Upgrades() {
            super(on);
        }
    }
}
