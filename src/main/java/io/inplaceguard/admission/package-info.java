/** AdmissionReview in, AdmissionReview out. Plain Java: no Spring, no HTTP. */
@NullMarked
package io.inplaceguard.admission;

import org.jspecify.annotations.NullMarked;
