/** The command plan: what applying a manifest would do to which pods. */
@NullMarked
package io.inplaceguard.cluster.plan;

import org.jspecify.annotations.NullMarked;
