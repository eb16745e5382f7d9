/** The command {@code policy}: the core of InPlaceOnly as a ValidatingAdmissionPolicy. */
@NullMarked
package io.inplaceguard.policy;

import org.jspecify.annotations.NullMarked;
