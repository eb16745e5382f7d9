package io.inplaceguard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class RoomTest {

    @Test
    void the_scarcer_of_pods_and_cpus_counts() {
        assertThat(Room.room(1, 100, new BigDecimal("1.5"))).isEqualTo(20);
        assertThat(Room.room(1, 30, new BigDecimal("64"))).isEqualTo(15);
    }

    @Test
    void a_daemon_set_has_a_pod_on_each_node() {
        assertThat(Room.room(3, 300, new BigDecimal("4.5"))).isEqualTo(20);
    }

    @Test
    void where_there_is_no_room_the_edits_are_still_made() {
        assertThat(Room.room(1, 0, BigDecimal.ZERO)).isEqualTo(1);
        assertThat(Room.room(0, -5, new BigDecimal("-1"))).isEqualTo(1);
    }
}
