/** Which workload, which strategy, which verdict; and what the guard adds to an object. */
@NullMarked
package io.inplaceguard.guard;

import org.jspecify.annotations.NullMarked;
