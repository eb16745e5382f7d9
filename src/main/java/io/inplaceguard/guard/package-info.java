/** The engine: governed kinds and their strategies, verdicts and warnings, and what is added to an object. */
@NullMarked
package io.inplaceguard.guard;

import org.jspecify.annotations.NullMarked;
